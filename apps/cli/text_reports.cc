#include <fmt/core.h>

#include <algorithm>

#include "apps/cli/reports.h"

namespace tacit::cli {
namespace {

using statement::Exposure;

std::ptrdiff_t count_of(const receipt::Header& header, Exposure exposure) {
  return std::count(header.exposures.begin(), header.exposures.end(), exposure);
}

std::string ports_text(const std::vector<statement::Port>& ports) {
  std::string out;
  for (const statement::Port& port : ports) out += (out.empty() ? "" : ", ") + shape_text(port.shape);
  return out;
}

std::string scales_text(const std::vector<statement::Port>& ports) {
  std::string out;
  for (const statement::Port& port : ports)
    out += fmt::format("{}{} 2^{}", out.empty() ? "" : ", ", safe(port.name), port.exponent);
  return out;
}

std::string list_text(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + safe(item);
  return out;
}

std::string context_text(const std::vector<receipt::ContextPair>& context) {
  std::string out;
  for (const receipt::ContextPair& pair : context)
    out += fmt::format("{}{}={}", out.empty() ? "" : ", ", safe(pair.key), safe(pair.text));
  return out.empty() ? "no context" : out;
}

void print_outputs(const Console& console, const std::vector<api::NamedTensor>& outputs, const char* lead) {
  for (const api::NamedTensor& output : outputs)
    console.line(fmt::format("{}{} {}", lead, safe(output.name), values_text(output)));
}

std::string accuracy_text(const api::OutputAccuracy& output) {
  return fmt::format(
      "integer model against float model, {}: max error {:.2g} of the range, mean {:.2g}, same class on {} of {} "
      "samples",
      safe(output.name), output.max_rel_err, output.mean_rel_err, count_text(output.argmax_agreement),
      count_text(output.samples));
}

std::string run_text(const api::VerifyReport& report) {
  const bool uses_data = std::any_of(report.committed.begin(), report.committed.end(),
                                     [](const api::CommittedRows& rows) { return rows.is_input; });
  const char* kind = !report.hidden_inputs.empty() ? "hidden" : uses_data ? "committed" : "stated";
  if (report.header.samples == 1) return fmt::format("run on {} {} input", *kind == 'h' ? "a" : "the", kind);
  return fmt::format("run on {} {} samples", count_text(report.header.samples), kind);
}

std::string rows_text(const api::CommittedRows& committed, uint32_t samples) {
  const statement::DataRows& rows = committed.use.rows;
  const uint64_t last = uint64_t{rows.first} + samples - 1;
  const std::string which =
      samples == 1 ? fmt::format("row {}", rows.first) : fmt::format("rows {} to {}", rows.first, last);
  return fmt::format("{} {} is {} of {} of the data {}", committed.is_input ? "input" : "output", safe(committed.port),
                     which, count_text(rows.samples), hash::hex(committed.data_id));
}

void print_facts(const Console& console, const api::PublicFacts& facts) {
  console.line(fmt::format("  inputs       {}  ({})", ports_text(facts.inputs), scales_text(facts.inputs)));
  console.line(fmt::format("  outputs      {}  ({})", ports_text(facts.outputs), scales_text(facts.outputs)));
  console.line(fmt::format("  size         {} weights, {} cells, {} lookups, {} table rows, {} contractions",
                           count_text(facts.weights), count_text(facts.cells), count_text(facts.lookups),
                           count_text(facts.table_rows), count_text(facts.contractions)));
  if (!facts.functions.empty()) console.line(fmt::format("  functions    {}", list_text(facts.functions)));
}

}  // namespace

void print(const Console& console, const api::CompileReport& report, const std::string& model) {
  console.line(fmt::format("{}   {} nodes, {} weights, input {}, output {}", safe(model), report.nodes,
                           count_text(report.facts.weights), ports_text(report.facts.inputs),
                           ports_text(report.facts.outputs)));
  for (const api::OutputAccuracy& output : report.accuracy) console.line(accuracy_text(output));
  if (!report.calibrated)
    console.line(
        "scales come from synthetic samples; give real ones with --calibrate for the accuracy that your data see");
  console.line(fmt::format("made   {}   (private: integer weights, {})", safe(report.model_file),
                           bytes_text(report.model_bytes)));
  console.line(
      fmt::format("       {}   (private: never copy or back up; copies are refused)", safe(report.ledger_file)));
  console.line(fmt::format("       {}   (public: architecture, scales, commitment, {}; {} proofs in this epoch)",
                           safe(report.public_file), bytes_text(report.public_bytes), count_text(report.budget)));
  console.line(fmt::format("public are shapes, operators, and scales as powers of two ({}; {}); weights stay hidden",
                           scales_text(report.facts.inputs), scales_text(report.facts.outputs)));
  console.line(fmt::format("model {}, {}", short_id(report.model_id), seconds_text(report.seconds.total)));
}

void print(const Console& console, const api::ProveReport& report, const std::string& receipt) {
  print_outputs(console, report.outputs, "output  ");
  for (const api::CommitDataReport& data : report.committed) print(console, data);
  console.line(fmt::format("{}   {}, {}, {}   ({} proofs left in this epoch)", safe(receipt), bytes_text(report.bytes),
                           seconds_text(report.seconds.total), bytes_text(report.memory.peak_anonymous),
                           count_text(report.ledger_left)));
  if (report.began_epoch)
    console.line(fmt::format("epoch {} has begun: give verifiers the new public file", report.epoch));
}

void print(const Console& console, const api::EpochReport& report) {
  console.line(fmt::format("{}   (public: epoch {} of model {}, {}; give it to verifiers)", safe(report.public_file),
                           report.epoch, short_id(report.model_id), bytes_text(report.public_bytes)));
  console.line(fmt::format("{}   (private: {} proofs; never copy or back up)", safe(report.ledger_file),
                           count_text(report.budget)));
  console.line(fmt::format("receipts of older epochs stay valid; handed over in {} with a proof of {}",
                           seconds_text(report.seconds.total), bytes_text(report.handover_bytes)));
}

void print(const Console& console, const api::CommitDataReport& report) {
  console.line(fmt::format("made   {}   (private: {} samples of {} in steps of 2^{})", safe(report.data_file),
                           count_text(report.open.samples), shape_text(report.open.shape), report.open.exponent));
  console.line(
      fmt::format("       {}   (private: goes with the data; never copy or back up)", safe(report.ledger_file)));
  console.line(fmt::format("       {}   (public: sizes, scale, commitment; {} proofs)", safe(report.public_file),
                           count_text(report.budget)));
  console.line(
      fmt::format("data   {}: receipts about them name this id, so anybody can link them", hash::hex(report.data_id)));
}

void print(const Console& console, const api::RunReport& report) {
  print_outputs(console, report.outputs, "output  ");
  for (const auto& [node, count] : report.saturated)
    console.line(fmt::format("{}: {} values left their range and were clamped", safe(node), count_text(count)));
}

void print(const Console& console, const api::VerifyReport& report, bool explain) {
  console.line(fmt::format("{}   model {} (epoch {}, registered), {}", console.green("VALID"),
                           short_id(report.model_id), report.header.epoch, time_text(report.header.time)));
  const std::string lead = "proven  the committed model, " + run_text(report);
  if (report.outputs.empty()) {
    console.line(lead +
                 (report.hidden_outputs.empty() ? ", gave committed outputs" : ", gave an output that stays hidden"));
  } else {
    for (size_t i = 0; i < report.outputs.size(); ++i)
      console.line(fmt::format("{}{} {}", i == 0 ? lead + ", gave " : "        and ", safe(report.outputs[i].name),
                               values_text(report.outputs[i])));
  }
  for (const api::NamedTensor& input : report.inputs)
    console.line(fmt::format("stated  input {} {}", safe(input.name), values_text(input)));
  for (const api::CommittedRows& rows : report.committed)
    console.line("data    " + rows_text(rows, report.header.samples));
  if (!report.committed.empty())
    console.line(
        "        they are hidden, committed under a root that this id names; receipts with the same id are about the "
        "same data");
  std::vector<std::string> hidden{"weights"};
  hidden.insert(hidden.end(), report.hidden_inputs.begin(), report.hidden_inputs.end());
  hidden.insert(hidden.end(), report.hidden_outputs.begin(), report.hidden_outputs.end());
  console.line(fmt::format("hidden  {}        bound to  {}", list_text(hidden), context_text(report.header.context)));
  if (explain)
    for (const verifier::ErrorTerm& term : report.terms.terms)
      console.line(fmt::format("  {:>8.3f} bits  {} ({}{})", static_cast<double>(term.millibits) / 1000, term.name,
                               term.regime, term.grinding == 0 ? "" : fmt::format(", {} bits of work", term.grinding)));
  console.line(fmt::format("{} bits of provable security{}, checked in {} after {} to admit the model",
                           report.security_bits, explain ? "" : " (--explain for every term)",
                           seconds_text(report.verification_seconds), seconds_text(report.admission_seconds)));
}

void print(const Console& console, const api::InspectReport& report, const std::string& path) {
  static constexpr const char* kKinds[] = {
      "private model file", "public file", "receipt", "ledger", "committed data", "public file of committed data"};
  console.line(
      fmt::format("{}   {}, {}", safe(path), kKinds[static_cast<size_t>(report.kind)], bytes_text(report.bytes)));
  if (report.model_id) console.line("  model        " + hash::hex(*report.model_id));
  if (report.model_digest) console.line("  system       " + hash::hex(*report.model_digest));
  if (report.profile) console.line(fmt::format("  security     {} bits", verifier::target_bits(*report.profile)));
  if (report.facts) print_facts(console, *report.facts);
  if (report.commitment)
    console.line(fmt::format("  commitment   2^{} rows, 2^{} of them blinding besides, on 2^{} points",
                             report.commitment->log_rows, report.commitment->log_blinding,
                             report.commitment->log_domain));
  for (const receipt::Epoch& epoch : report.epochs)
    console.line(fmt::format("  epoch {}      {}", epoch.number, hash::hex(epoch.root)));
  if (report.registered) console.line("  registered   every weight is proven to be in its declared range");
  if (report.receipt) {
    const receipt::Header& header = report.receipt->header;
    console.line(fmt::format("  made         {} (epoch {}, {} samples), not verified here", time_text(header.time),
                             header.epoch, header.samples));
    console.line(fmt::format("  ports        {} stated, {} committed, {} hidden", count_of(header, Exposure::kPublic),
                             count_of(header, Exposure::kCommitted), count_of(header, Exposure::kPrivate)));
    console.line("  bound to     " + context_text(header.context));
  }
  if (report.data) {
    console.line(fmt::format("  data         {} samples of {} in steps of 2^{}", count_text(report.data->samples),
                             shape_text(report.data->shape), report.data->exponent));
    console.line("  data id      " + hash::hex(receipt::data_id(*report.data)));
    console.line("  root         " + hash::hex(report.data->root));
  }
  if (report.ledger_used)
    console.line(fmt::format("  proofs       {} made, {} left in epoch {}", count_text(*report.ledger_used),
                             count_text(*report.ledger_left), *report.ledger_epoch));
}

void print(const Console& console, const api::EstimateReport& report, const std::string& model) {
  console.line(safe(model));
  print_facts(console, report.facts);
  console.line(fmt::format("prove     about {} and {} of memory on {} threads", seconds_text(report.prove_seconds),
                           bytes_text(report.peak_bytes), report.threads));
  console.line(fmt::format("receipt   about {}", bytes_text(report.receipt_bytes)));
  console.line(fmt::format("compile   about {}; {} proofs an epoch", seconds_text(report.compile_seconds),
                           count_text(report.proofs)));
}

}  // namespace tacit::cli
