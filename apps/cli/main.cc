// tacit: the command line. Parses arguments, calls the facade, prints its reports.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ctime>
#include <exception>
#include <new>

#include "apps/cli/help.h"
#include "apps/cli/reports.h"
#include "apps/cli/shell.h"

namespace tacit::cli {
namespace {

using Pairs = std::vector<std::string>;

// ---- texts of arguments

Result<std::vector<receipt::ContextPair>> parse_context(const Pairs& texts) {
  std::vector<receipt::ContextPair> out;
  for (const std::string& text : texts) {
    const size_t at = text.find('=');
    if (at == std::string::npos) return fail(Code::kUsage, "--context " + text, 0, "expected KEY=VALUE");
    out.push_back({text.substr(0, at), text.substr(at + 1)});
  }
  std::sort(out.begin(), out.end());
  if (const Status good = receipt::check_context(out); !good)
    return fail(Code::kUsage, "--context", good.error().index, good.error().hint);
  return out;
}

Result<std::map<std::string, int64_t>> parse_dimensions(const Pairs& texts) {
  std::map<std::string, int64_t> out;
  for (const std::string& text : texts) {
    const size_t at = text.find('=');
    int64_t length = 0;
    if (at == std::string::npos || !CLI::detail::lexical_cast(text.substr(at + 1), length) || length < 1)
      return fail(Code::kUsage, "--dim " + text, 0, "expected NAME=LENGTH");
    out[text.substr(0, at)] = length;
  }
  return out;
}

// Seconds since 1970, or a date, or a date and a time in UTC.
Result<std::optional<int64_t>> parse_time(const std::string& text) {
  if (text.empty()) return std::optional<int64_t>();
  for (const char* format : {"%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"}) {
    std::tm parts{};
    const char* end = ::strptime(text.c_str(), format, &parts);
    if (end != nullptr && *end == '\0') return std::optional<int64_t>(::timegm(&parts));
  }
  int64_t seconds = 0;
  if (!CLI::detail::lexical_cast(text, seconds))
    return fail(Code::kUsage, text, 0, "expected a time such as 2026-11-24 or 2026-11-24T10:02:00Z");
  return std::optional<int64_t>(seconds);
}

// What the flags of ports give when they have no value.
constexpr const char* kAllPorts = "*";

api::PortChoice port_choice(const Pairs& names) {
  api::PortChoice out;
  for (const std::string& name : names) {
    if (name == kAllPorts) {
      out.all = true;
    } else {
      out.names.push_back(name);
    }
  }
  return out;
}

// Bytes: a number, perhaps with K, M or G (powers of 1024).
Result<uint64_t> parse_bytes(const std::string& text) {
  if (text.empty()) return uint64_t{0};
  constexpr std::string_view kUnits = "KMG";
  const size_t unit = kUnits.find(text.back());
  const std::string digits = unit == std::string_view::npos ? text : text.substr(0, text.size() - 1);
  const size_t shift = unit == std::string_view::npos ? 0 : 10 * (unit + 1);
  uint64_t number = 0;
  if (digits.find_first_not_of("0123456789") != std::string::npos || !CLI::detail::lexical_cast(digits, number) ||
      number == 0 || number > ~uint64_t{0} >> shift)
    return fail(Code::kUsage, "--memory " + text, 0, "expected a size such as 800M or 4G");
  return number << shift;
}

// ---- commands

struct Arguments {
  Settings settings;
  std::string file, output, model, ledger, against, not_before, not_after, memory, topic;
  std::string profile = "100";
  Pairs calibration, inputs, context, dimensions, public_input, private_output, argmax, data, commit_output;
  int bits = 15;
  uint64_t min_proofs = 100;
  uint32_t min_epoch = 0;
  std::string input_name, rows;
  bool force = false, explain = false;
};

Result<api::CompileOptions> compile_options(const Arguments& a, const Console& console, const std::string& model) {
  api::CompileOptions options;
  options.model = model;
  options.calibration = a.calibration;
  options.name = a.output;
  options.profile = a.profile == "128" ? verifier::Profile::k128 : verifier::Profile::k100;
  options.min_proofs = a.min_proofs;
  options.replace = a.force;
  options.import.bits = a.bits;
  options.argmax = port_choice(a.argmax);
  TACIT_ASSIGN(options.import.dimensions, parse_dimensions(a.dimensions));
  options.progress = console.progress();
  return options;
}

// Shows a report in the form that was asked for.
template <class Report, class... Rest>
void show(const Console& console, const Report& report, const Rest&... rest) {
  console.clear_progress();
  print(console, report, rest...);
}

Status run_compile(const Arguments& a, const Console& console) {
  TACIT_ASSIGN(const api::CompileOptions options, compile_options(a, console, a.file));
  TACIT_ASSIGN(const api::CompileReport report, api::compile(options));
  if (console.is_json()) {
    console.json(to_json(report));
  } else {
    show(console, report, a.file);
  }
  return {};
}

Status run_commit_data(const Arguments& a, const Console& console) {
  api::CommitDataOptions options;
  options.data = a.file;
  options.model = a.model;
  options.input = a.input_name;
  options.name = a.output;
  options.profile = a.profile == "128" ? verifier::Profile::k128 : verifier::Profile::k100;
  options.min_proofs = a.min_proofs;
  options.replace = a.force;
  options.progress = console.progress();
  TACIT_ASSIGN(const api::CommitDataReport report, api::commit_data(options));
  if (console.is_json()) {
    console.json(to_json(report));
  } else {
    show(console, report);
  }
  return {};
}

// [PORT=]FILE
std::vector<api::DataChoice> data_choices(const Pairs& texts) {
  std::vector<api::DataChoice> out;
  for (const std::string& text : texts) {
    const size_t at = text.find('=');
    out.push_back(at == std::string::npos ? api::DataChoice{"", text}
                                          : api::DataChoice{text.substr(0, at), text.substr(at + 1)});
  }
  return out;
}

Status parse_rows(const std::string& text, api::ProveOptions& options) {
  if (text.empty()) return {};
  const size_t at = text.find(':');
  if (at == std::string::npos || !CLI::detail::lexical_cast(text.substr(0, at), options.first_row) ||
      !CLI::detail::lexical_cast(text.substr(at + 1), options.rows) || options.rows == 0)
    return fail(Code::kUsage, "--rows " + text, 0, "expected FIRST:COUNT");
  if (options.data.empty()) return fail(Code::kUsage, "--rows " + text, 0, "rows of what? give --data");
  return {};
}

Status run_prove(const Arguments& a, const Console& console) {
  api::ProveOptions options;
  options.model = a.file;
  options.ledger = a.ledger;
  options.inputs = a.inputs;
  options.public_inputs = port_choice(a.public_input);
  options.private_outputs = port_choice(a.private_output);
  options.data = data_choices(a.data);
  options.commit_outputs = data_choices(a.commit_output);
  options.min_data_proofs = a.min_proofs;
  options.receipt = a.output;
  options.progress = console.progress();
  TACIT_TRY(parse_rows(a.rows, options));
  if (options.inputs.empty() && options.data.empty())
    return fail(Code::kUsage, "prove", 0, "give the input with --input, or committed data with --data");
  TACIT_ASSIGN(options.context, parse_context(a.context));
  TACIT_ASSIGN(options.memory, parse_bytes(a.memory));
  TACIT_ASSIGN(const api::ProveReport report, api::prove(options));
  if (console.is_json()) {
    console.json(to_json(report, a.output));
  } else {
    show(console, report, a.output);
  }
  return {};
}

Status run_verify(const Arguments& a, const Console& console) {
  api::VerifyOptions options{a.file, a.model, a.inputs, a.data, {}, a.min_epoch, {}, {}};
  TACIT_ASSIGN(options.context, parse_context(a.context));
  TACIT_ASSIGN(options.not_before, parse_time(a.not_before));
  TACIT_ASSIGN(options.not_after, parse_time(a.not_after));
  TACIT_ASSIGN(const api::VerifyReport report, api::verify(options));
  if (console.is_json()) {
    console.json(to_json(report, a.explain));
  } else {
    show(console, report, a.explain);
  }
  return {};
}

Status run_epoch(const Arguments& a, const Console& console) {
  TACIT_ASSIGN(const api::EpochReport report, api::begin_epoch({a.file, a.ledger, console.progress()}));
  if (console.is_json()) {
    console.json(to_json(report));
  } else {
    show(console, report);
  }
  return {};
}

Status run_run(const Arguments& a, const Console& console) {
  TACIT_ASSIGN(const api::RunReport report, api::run(a.file, a.inputs));
  if (console.is_json()) {
    console.json(to_json(report));
  } else {
    show(console, report);
  }
  return {};
}

Status run_inspect(const Arguments& a, const Console& console) {
  if (!a.against.empty()) {
    TACIT_ASSIGN(const api::CompileOptions options, compile_options(a, console, a.against));
    TACIT_TRY(api::inspect_against(a.file, options));
    console.clear_progress();
    console.line(fmt::format("{} is the system of {}", safe(a.file), safe(a.against)));
    if (console.is_json()) console.json({{"matches", true}});
    return {};
  }
  TACIT_ASSIGN(const api::InspectReport report, api::inspect(a.file));
  if (console.is_json()) {
    console.json(to_json(report));
  } else {
    show(console, report, a.file);
  }
  return {};
}

Status run_estimate(const Arguments& a, const Console& console) {
  TACIT_ASSIGN(const api::CompileOptions options, compile_options(a, console, a.file));
  TACIT_ASSIGN(const api::EstimateReport report, api::estimate(options));
  if (console.is_json()) {
    console.json(to_json(report));
  } else {
    show(console, report, a.file);
  }
  return {};
}

// ---- the parser

CLI::Option* repeated(CLI::App* command, const std::string& name, Pairs& target, const std::string& text,
                      const std::string& type) {
  return command->add_option(name, target, text)->type_name(type)->allow_extra_args(false);
}

void add_model_options(CLI::App* command, Arguments& a) {
  repeated(command, "--calibrate", a.calibration, "samples that set the scales (.npz, .npy, .json, .pb)", "DATA");
  command->add_option("--profile", a.profile, "bits of provable security")->check(CLI::IsMember({"100", "128"}));
  repeated(command, "--dim", a.dimensions, "length of a symbolic axis", "NAME=LENGTH");
  command->add_option("--proofs", a.min_proofs, "proofs that the commitment must have room for")
      ->check(CLI::Range(10, 1 << 20));
  command->add_flag("--argmax{*}", a.argmax,
                    "add an output with the index of the largest element, to be stated alone; =OUTPUT: of this one");
  command->add_option("--bits", a.bits, "bits of activations")->check(CLI::Range(8, 15));
}

CLI::App* add_compile(CLI::App& app, Arguments& a) {
  CLI::App* c = app.add_subcommand("compile", "Turn an ONNX model into an integer model, commit to its weights");
  c->add_option("model", a.file, "ONNX file")->required()->type_name("MODEL.onnx");
  c->add_option("-o,--output", a.output, "name of the files to make, without suffix")->type_name("NAME");
  add_model_options(c, a);
  c->add_flag("--force", a.force, "replace existing files");
  c->footer(kCompileExamples);
  return c;
}

CLI::App* add_commit_data(CLI::App& app, Arguments& a) {
  CLI::App* c =
      app.add_subcommand("commit-data", "Commit to samples, for proofs about them that show they are the same");
  c->add_option("data", a.file, "samples (.npy, .npz, .json, .pb)")->required()->type_name("DATA");
  c->add_option("-o,--output", a.output, "name of the files to make, without suffix")->type_name("NAME");
  c->add_option("-m,--model", a.model, "take the scale of this model's input")->type_name("NAME.pub");
  c->add_option("--input-name", a.input_name, "which input, if the model has several")->type_name("INPUT");
  c->add_option("--profile", a.profile, "bits of provable security, without --model")
      ->check(CLI::IsMember({"100", "128"}));
  c->add_option("--proofs", a.min_proofs, "proofs that the commitment must have room for")
      ->check(CLI::Range(1, 1 << 20));
  c->add_flag("--force", a.force, "replace existing files");
  c->footer(kCommitDataExamples);
  return c;
}

CLI::App* add_prove(CLI::App& app, Arguments& a) {
  CLI::App* c = app.add_subcommand("prove", "Run the model and prove its output");
  c->add_option("model", a.file, "model file")->required()->type_name("NAME.tacit");
  repeated(c, "-i,--input", a.inputs,
           "inputs: one file, or one for each input (.json, .npz, .npy, .pb); may hold a batch", "FILE");
  c->add_option("-o,--output", a.output, "receipt to write")->required()->type_name("RECEIPT");
  c->add_flag("--public-input{*}", a.public_input, "state the inputs in the receipt, or with =NAME this one");
  c->add_flag("--private-output{*}", a.private_output, "leave the outputs out of the receipt, or with =NAME this one");
  repeated(c, "--data", a.data, "committed data as this input", "[INPUT=]NAME.data");
  c->add_option("--rows", a.rows, "the rows of the data that are the samples")->type_name("FIRST:COUNT");
  repeated(c, "--commit-output", a.commit_output, "commit this output, to be the data of a later proof",
           "[OUTPUT=]NAME");
  c->add_option("--proofs", a.min_proofs, "proofs that such a commitment must have room for")
      ->check(CLI::Range(1, 1 << 20));
  repeated(c, "--context", a.context, "bind the receipt to this", "KEY=VALUE");
  c->add_option("--ledger", a.ledger, "ledger, if it is not beside the model file")->type_name("NAME.ledger");
  c->add_option("--memory", a.memory, "refuse to start if more memory is needed, files apart")
      ->type_name("BYTES[K|M|G]");
  c->footer(kProveExamples);
  return c;
}

CLI::App* add_verify(CLI::App& app, Arguments& a) {
  CLI::App* c = app.add_subcommand("verify", "Check a receipt: exit code 0 if it is valid, 1 if it is refused");
  c->add_option("receipt", a.file, "receipt")->required()->type_name("RECEIPT");
  c->add_option("-m,--model", a.model, "public file of the model")->required()->type_name("NAME.pub");
  repeated(c, "-i,--input", a.inputs, "the input that the receipt must state", "FILE");
  repeated(c, "--data", a.data, "the committed data that the receipt must use", "NAME.data.pub");
  repeated(c, "--context", a.context, "the receipt must be bound to this", "KEY=VALUE");
  c->add_option("--min-epoch", a.min_epoch, "refuse older epochs");
  c->add_option("--not-before", a.not_before, "refuse receipts made before this time")->type_name("TIME");
  c->add_option("--not-after", a.not_after, "refuse receipts made after this time")->type_name("TIME");
  c->add_flag("--explain", a.explain, "show every term of the soundness error");
  c->footer(kVerifyExamples);
  return c;
}

CLI::App* add_epoch(CLI::App& app, Arguments& a) {
  CLI::App* c = app.add_subcommand("epoch", "Begin the next epoch: commit to the same weights anew");
  c->add_option("model", a.file, "model file")->required()->type_name("NAME.tacit");
  c->add_option("--ledger", a.ledger, "ledger, if it is not beside the model file")->type_name("NAME.ledger");
  c->footer(kEpochExamples);
  return c;
}

CLI::App* add_run(CLI::App& app, Arguments& a) {
  CLI::App* c = app.add_subcommand("run", "Run the integer model without proving anything");
  c->add_option("model", a.file, "model file")->required()->type_name("NAME.tacit");
  repeated(c, "-i,--input", a.inputs, "inputs, as for prove", "FILE")->required();
  c->footer(kRunExamples);
  return c;
}

CLI::App* add_inspect(CLI::App& app, Arguments& a) {
  CLI::App* c = app.add_subcommand("inspect", "Say what a file holds: model, public file, receipt or ledger");
  c->add_option("file", a.file, "file")->required()->type_name("FILE");
  c->add_option("--against", a.against, "compile this model anew and compare systems")->type_name("MODEL.onnx");
  add_model_options(c, a);
  c->footer(kInspectExamples);
  return c;
}

CLI::App* add_estimate(CLI::App& app, Arguments& a) {
  CLI::App* c = app.add_subcommand("estimate", "Predict time, memory and receipt size of a model");
  c->add_option("model", a.file, "ONNX file")->required()->type_name("MODEL.onnx");
  add_model_options(c, a);
  c->footer(kEstimateExamples);
  return c;
}

int show_help(CLI::App& app, const std::string& topic) {
  if (topic == "concepts") {
    fmt::print("{}", kConcepts);
    return 0;
  }
  if (topic == "man") {
    fmt::print("{}", manual_page(app));
    return 0;
  }
  try {
    fmt::print("{}", topic.empty() ? app.help() : app.get_subcommand(topic)->help("tacit"));
    return 0;
  } catch (const CLI::OptionNotFound&) {
    fmt::print(stderr, "error: help {}: no such topic; there are concepts, man and the names of commands\n",
               safe(topic));
    return static_cast<int>(Exit::kUsage);
  }
}

int run(int argc, char** argv) {
  Arguments a;
  CLI::App app("Tacit proves what a machine-learning model computed, and reveals nothing else.", "tacit");
  app.set_version_flag("--version", "tacit " TACIT_VERSION);
  app.add_flag("--json", a.settings.json, "results and errors as JSON");
  app.add_flag("--quiet", a.settings.quiet, "no output but errors");
  app.add_flag("--no-color", a.settings.no_color, "no colours");
  app.require_subcommand(1);
  app.fallthrough();
  app.footer("See also: tacit help concepts, tacit COMMAND --help");
  using Command = Status (*)(const Arguments&, const Console&);
  const std::pair<CLI::App*, Command> commands[] = {
      {add_compile(app, a), run_compile}, {add_commit_data(app, a), run_commit_data},
      {add_prove(app, a), run_prove},     {add_verify(app, a), run_verify},
      {add_epoch(app, a), run_epoch},     {add_run(app, a), run_run},
      {add_inspect(app, a), run_inspect}, {add_estimate(app, a), run_estimate}};
  CLI::App* help = app.add_subcommand("help", "Explain a command, or the concepts");
  help->add_option("topic", a.topic, "concepts, man (the manual page), or a command")->type_name("TOPIC");
  CLI::App* completion = app.add_subcommand("completion", "Print a completion script for a shell");
  completion->add_option("shell", a.topic, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    return static_cast<int>(Console(a.settings).report({Code::kUsage, "arguments", 0, error.what()}, Purpose::kMake));
  }
  if (help->parsed()) return show_help(app, a.topic);
  if (completion->parsed()) {
    fmt::print("{}", completion_script(app, a.topic));
    return 0;
  }
  const Console console(a.settings);
  for (const auto& [command, execute] : commands) {
    if (!command->parsed()) continue;
    const Purpose purpose = execute == run_verify ? Purpose::kVerify : Purpose::kMake;
    const Status status = execute(a, console);
    return static_cast<int>(status ? Exit::kDone : console.report(status.error(), purpose));
  }
  return static_cast<int>(Exit::kUsage);
}

}  // namespace
}  // namespace tacit::cli

int main(int argc, char** argv) {
  try {
    return tacit::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "error: memory: the machine refuses something that is needed\n");
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
  }
  return static_cast<int>(tacit::cli::Exit::kEnvironment);
}
