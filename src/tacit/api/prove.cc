#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

#include "tacit/api/epoch.h"
#include "tacit/api/files.h"
#include "tacit/api/model_file.h"
#include "tacit/api/planning.h"
#include "tacit/api/resources.h"
#include "tacit/api/saturation.h"
#include "tacit/api/values.h"
#include "tacit/hash/blake3.h"
#include "tacit/statement/instance.h"

namespace tacit::api {
namespace {

Result<std::vector<receipt::ContextPair>> sorted_context(std::vector<receipt::ContextPair> context) {
  std::sort(context.begin(), context.end());
  TACIT_TRY(receipt::check_context(context));
  return context;
}

struct Placed {
  verifier::Parameters parameters;
  statement::System system;
};

// The parameters that come with the model serve single samples; anything else is planned for.
Result<Placed> choose_parameters(const ModelFile& model, statement::Visibility visibility, uint32_t samples) {
  if (samples == 1) {
    TACIT_ASSIGN(statement::System system, receipt::instance(model.open, visibility, 1, model.parameters));
    if (verifier::check_parameters(system, model.parameters) && pads_fit(system, model.parameters))
      return Placed{model.parameters, std::move(system)};
  }
  const statement::System instance = statement::instantiate(
      statement::with_visibility(model.open.system, model.open.inputs, model.open.outputs, visibility), samples);
  TACIT_ASSIGN(ProofPlan plan, plan_proof(instance, committed_options(model.public_file(0, {}), available_threads())));
  TACIT_ASSIGN(statement::System system, receipt::instance(model.open, visibility, samples, plan.parameters));
  return Placed{std::move(plan.parameters), std::move(system)};
}

hash::Digest input_digest(const IntegerInputs& inputs) {
  hash::Blake3 hasher;
  for (const std::vector<int64_t>& values : inputs.values)
    hasher.update({reinterpret_cast<const uint8_t*>(values.data()), values.size() * sizeof(int64_t)});
  return hasher.finalize();
}

std::vector<NamedTensor> real_outputs(const ModelFile& model, const model::Execution& execution, uint32_t samples) {
  std::vector<NamedTensor> out;
  for (size_t i = 0; i < execution.outputs.size(); ++i)
    out.push_back(real_values(model.program.open.outputs[i], execution.outputs[i], samples));
  return out;
}

// Stage times that the prover measured itself.
void add_stages(const prover::StageTimes& times, Seconds& seconds) {
  for (const auto& [name, value] : {std::pair("commit", times.commit),
                                    {"lookups", times.lookups},
                                    {"contractions", times.contractions},
                                    {"claims", times.claims},
                                    {"opening", times.opening}})
    seconds.stages.emplace_back(name, value);
}

// Longer than a handover of a large model takes.
constexpr auto kPatience = std::chrono::minutes(10);
constexpr auto kPause = std::chrono::milliseconds(20);

// The epoch to prove in: the current one, or the next when it is nearly spent. While another process begins the next
// one, what is left of the old one serves.
Result<OpenEpoch> current_epoch(const ModelFile& model, const ModelPaths& paths) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    TACIT_ASSIGN(OpenEpoch epoch, open_epoch(model, paths));
    if (!epoch.ledger.nearly_spent()) return epoch;
    Result<OpenEpoch> next = next_epoch(model, paths, When::kIfDue);
    if (next || next.error().code != Code::kLocked) return next;
    if (epoch.ledger.proofs_left() > 0) return epoch;
    if (std::chrono::steady_clock::now() > deadline) return next;
    std::this_thread::sleep_for(kPause);
  }
}

// Between reading the ledger and spending, other processes may spend the rest of the epoch or begin the next.
constexpr int kMaxTries = 50;
bool is_overtaken(const Result<Proof>& proof) {
  return !proof && (proof.error().code == Code::kWrongEpoch || proof.error().code == Code::kBudgetSpent);
}

// What is proven, whatever the epoch.
struct Task {
  const ModelFile& model;
  const ModelPaths& paths;
  const IntegerInputs& inputs;
  const model::Execution& execution;
  const Placed& placed;
};

// Completes a receipt whose header lacks model and epoch.
Result<Proof> prove_in(const OpenEpoch& epoch, const Task& task, receipt::Receipt& made, prover::StageTimes* times) {
  const LedgerHeader& ledger = epoch.ledger.header;
  made.header.model_id = ledger.model_id;
  made.header.epoch = ledger.epoch;
  const Placed& placed = task.placed;
  verifier::PublicValues publics{task.execution.assignment.publics};
  for (size_t i = 0; i < publics.stated.size(); ++i)
    if (placed.system.publics[i].kind == statement::PublicKind::kConstant) publics.stated[i].clear();
  const verifier::Statement statement{
      placed.system, placed.parameters, std::move(publics), {ledger.root}, receipt::encode(made.header)};
  const auto spend_one = [&] {
    return spend(task.paths.ledger, ledger, weight_queries(placed.parameters), Spending::kProof);
  };
  TACIT_ASSIGN(
      Proof proof,
      prove_with_ledger(
          {statement, task.execution.assignment, {&epoch.weights}, spend_one, input_digest(task.inputs), times}));
  made.proof = std::move(proof.bytes);
  return proof;
}

}  // namespace

Result<ProveReport> prove(const ProveOptions& options) {
  TACIT_TRY(check_writable(options.receipt));
  TACIT_ASSIGN(auto context, sorted_context(options.context));
  Stages stages(options.progress);
  stages.begin("read");
  const ModelPaths paths = model_paths(options.model, options.ledger);
  TACIT_TRY(settle(paths));
  TACIT_ASSIGN(const ModelFile model, read_model(options.model));
  TACIT_ASSIGN(const LedgerState before, read_ledger(paths.ledger));
  TACIT_ASSIGN(const IntegerInputs inputs, read_inputs(options.inputs, model.program.open.inputs));

  stages.begin("witness");
  TACIT_ASSIGN(const model::Execution execution,
               model::execute(model.program, inputs.values, inputs.samples, options.visibility));
  stages.begin("plan");
  TACIT_ASSIGN(const Placed placed, choose_parameters(model, options.visibility, inputs.samples));
  receipt::Receipt made;
  made.header = {
      {}, 0, inputs.samples, options.visibility, static_cast<int64_t>(std::time(nullptr)), std::move(context)};
  if (options.visibility.inputs) made.values = inputs.values;
  if (options.visibility.outputs)
    made.values.insert(made.values.end(), execution.outputs.begin(), execution.outputs.end());
  made.parameters = placed.parameters;
  prover::StageTimes times;
  Result<Proof> proof = fail(Code::kWrongEpoch, paths.ledger);
  for (int i = 0; i < kMaxTries && is_overtaken(proof); ++i) {
    if (i > 0) std::this_thread::sleep_for(kPause);
    stages.begin("weights");
    TACIT_TRY(settle(paths));
    const Result<OpenEpoch> epoch = current_epoch(model, paths);
    stages.begin("prove");
    proof = epoch ? prove_in(*epoch, {model, paths, inputs, execution, placed}, made, &times)
                  : tl::unexpected(epoch.error());
  }
  if (!proof) return tl::unexpected(std::move(proof.error()));
  TACIT_ASSIGN(const verifier::ErrorLedger terms, verifier::check_parameters(placed.system, placed.parameters));

  stages.begin("write");
  const Bytes bytes = receipt::encode(made);
  TACIT_TRY(write_file(options.receipt, bytes, Access::kPublic, Overwrite::kYes));
  ProveReport report;
  report.model_id = made.header.model_id;
  report.epoch = made.header.epoch;
  report.began_epoch = made.header.epoch != before.header.epoch;
  report.samples = inputs.samples;
  report.bytes = bytes.size();
  report.security_bits = static_cast<int>(terms.weakest_millibits() / 1000);
  report.ledger_used = proof->ledger.proofs;
  report.ledger_left = proof->ledger.proofs_left();
  report.outputs = real_outputs(model, execution, inputs.samples);
  report.seconds = stages.finish();
  add_stages(times, report.seconds);
  return report;
}

Result<RunReport> run(const std::string& path, const std::vector<std::string>& files) {
  Stages stages;
  stages.begin("read");
  TACIT_TRY(settle(model_paths(path, {})));
  TACIT_ASSIGN(const ModelFile model, read_model(path));
  TACIT_ASSIGN(const IntegerInputs inputs, read_inputs(files, model.program.open.inputs));
  stages.begin("run");
  TACIT_ASSIGN(const model::Execution execution, model::execute(model.program, inputs.values, inputs.samples, {}));
  RunReport report;
  report.samples = inputs.samples;
  report.outputs = real_outputs(model, execution, inputs.samples);
  report.saturated = count_saturated(model.program, execution);
  report.seconds = stages.finish();
  return report;
}

}  // namespace tacit::api
