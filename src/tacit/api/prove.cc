#include <algorithm>
#include <ctime>

#include "tacit/api/files.h"
#include "tacit/api/model_file.h"
#include "tacit/api/planning.h"
#include "tacit/api/resources.h"
#include "tacit/api/saturation.h"
#include "tacit/api/values.h"
#include "tacit/hash/blake3.h"
#include "tacit/prover/memory_model.h"
#include "tacit/statement/instance.h"

namespace tacit::api {
namespace {

Result<ModelFile> read_model(const std::string& path) {
  TACIT_ASSIGN(const Bytes bytes, read_file(path, kMaxModelFile));
  return parse_model_file(bytes);
}

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

// How to prove within `cap` bytes; 0 is no bound.
Result<prover::MemoryPlan> memory_plan(const Placed& placed, uint64_t cap) {
  if (cap == 0) return prover::MemoryPlan{};
  const prover::MemoryPlan plan = prover::choose_memory_plan(placed.system, placed.parameters, cap);
  const uint64_t needed = prover::memory_need(placed.system, placed.parameters, plan).anonymous();
  if (needed <= cap) return plan;
  return fail(Code::kEnvironment, "memory", needed,
              "this proof needs " + std::to_string(needed) + " bytes, of which --memory allows " + std::to_string(cap) +
                  "; allow more, or prove fewer samples at once");
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

}  // namespace

Result<ProveReport> prove(const ProveOptions& options) {
  TACIT_TRY(check_writable(options.receipt));
  TACIT_ASSIGN(auto context, sorted_context(options.context));
  Stages stages(options.progress);
  stages.begin("read");
  TACIT_ASSIGN(ModelFile model, read_model(options.model));
  const std::string name = without_suffix(options.model, ".tacit");
  const std::string ledger_path = options.ledger.empty() ? name + ".ledger" : options.ledger;
  TACIT_ASSIGN(const LedgerState ledger, read_ledger(ledger_path));
  TACIT_ASSIGN(const IntegerInputs inputs, read_inputs(options.inputs, model.program.open.inputs));

  stages.begin("witness");
  TACIT_ASSIGN(const model::Execution execution, model::execute(model.program, std::move(model.program.weights),
                                                                inputs.values, inputs.samples, options.visibility));
  release_memory();
  stages.begin("plan");
  TACIT_ASSIGN(const Placed placed, choose_parameters(model, options.visibility, inputs.samples));
  TACIT_ASSIGN(const prover::MemoryPlan memory, memory_plan(placed, options.memory));
  stages.begin("weights");
  const CachedWeights committed = commit_weights(model.open, model.commitment, execution.assignment.tensors,
                                                 ledger.header.weights_seed(), name + ".cache", model.checksum);
  const WeightMatrix& weights = committed.matrix;
  if (ledger.header.epoch == 0 && receipt::model_id(model.public_file(0, weights.root())) != ledger.header.model_id)
    return fail(Code::kBadLedger, ledger_path, 0, "it belongs to another model");

  stages.begin("prove");
  receipt::Receipt made;
  made.header = {ledger.header.model_id,
                 ledger.header.epoch,
                 inputs.samples,
                 options.visibility,
                 static_cast<int64_t>(std::time(nullptr)),
                 std::move(context)};
  if (options.visibility.inputs) made.values = inputs.values;
  if (options.visibility.outputs)
    made.values.insert(made.values.end(), execution.outputs.begin(), execution.outputs.end());
  made.parameters = placed.parameters;
  verifier::PublicValues publics{execution.assignment.publics};
  for (size_t i = 0; i < publics.stated.size(); ++i)
    if (placed.system.publics[i].kind == statement::PublicKind::kConstant) publics.stated[i].clear();
  const verifier::Statement statement{
      placed.system, placed.parameters, std::move(publics), {weights.root()}, receipt::encode(made.header)};
  prover::StageTimes times;
  TACIT_ASSIGN(Proof proof,
               prove_with_ledger({statement, execution.assignment, weights, ledger_path, ledger.header.model_id,
                                  Spending::kProof, input_digest(inputs), &times, memory}));
  made.proof = std::move(proof.bytes);
  TACIT_ASSIGN(const verifier::ErrorLedger terms, verifier::check_parameters(placed.system, placed.parameters));

  stages.begin("write");
  const Bytes bytes = receipt::encode(made);
  TACIT_TRY(write_file(options.receipt, bytes, Access::kPublic, Overwrite::kYes));
  ProveReport report;
  report.model_id = made.header.model_id;
  report.epoch = made.header.epoch;
  report.samples = inputs.samples;
  report.bytes = bytes.size();
  report.predicted_bytes = prover::memory_need(placed.system, placed.parameters, memory).anonymous();
  report.cache = committed.use == CacheUse::kUsed ? "used" : committed.use == CacheUse::kWritten ? "written" : "none";
  report.security_bits = static_cast<int>(terms.weakest_millibits() / 1000);
  report.ledger_used = proof.ledger.proofs;
  report.ledger_left = proof.ledger.proofs_left();
  report.outputs = real_outputs(model, execution, inputs.samples);
  report.memory = memory_used();
  report.seconds = stages.finish();
  add_stages(times, report.seconds);
  return report;
}

Result<RunReport> run(const std::string& path, const std::vector<std::string>& files) {
  Stages stages;
  stages.begin("read");
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
