#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "tacit/api/epoch.h"
#include "tacit/api/files.h"
#include "tacit/api/lowering.h"
#include "tacit/api/model_file.h"
#include "tacit/api/planning.h"
#include "tacit/model/lower/report.h"
#include "tacit/statement/instance.h"

namespace tacit::api {
namespace {

// Samples whose outputs are compared with the float model's.
constexpr size_t kComparedSamples = 256;

ModelPaths output_paths(const CompileOptions& options) {
  return model_paths((options.name.empty() ? without_suffix(options.model, ".onnx") : options.name) + ".tacit", {});
}

Status check_free(const ModelPaths& paths, bool replace) {
  for (const std::string& path : {paths.model, paths.ledger, paths.open}) {
    if (!replace && file_exists(path)) return fail(Code::kExists, path, 0, "use --force to replace it");
    TACIT_TRY(check_writable(path));
  }
  return {};
}

Result<std::vector<OutputAccuracy>> measure_accuracy(const Lowered& lowered) {
  std::vector<model::Sample> samples = lowered.samples;
  samples.resize(std::min(samples.size(), kComparedSamples));
  TACIT_ASSIGN(const model::Report report, model::compare(lowered.graph, lowered.program, samples));
  // An index is right or wrong, not close; the scores that it comes from say how often it is right.
  const std::vector<model::Port>& ports = lowered.program.open.outputs;
  const auto is_real = [](const model::Port& port) { return model::is_real(port.type.dtype); };
  const bool has_reals = std::any_of(ports.begin(), ports.end(), is_real);
  std::vector<OutputAccuracy> out;
  for (size_t i = 0; i < ports.size(); ++i) {
    const model::OutputError& error = report.outputs[i];
    if (is_real(ports[i]) || !has_reals)
      out.push_back({error.name, error.max, error.mean, error.argmax_agrees, error.n_samples});
  }
  return out;
}

// The cache of a commitment that nothing came of goes again.
class NewCacheFile {
 public:
  explicit NewCacheFile(const std::string& path) : path_(path) {}
  ~NewCacheFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  NewCacheFile(const NewCacheFile&) = delete;
  NewCacheFile& operator=(const NewCacheFile&) = delete;
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

Status register_weights(receipt::PublicFile& file, const ModelFile& made, const WeightMatrix& weights,
                        LockedLedger& ledger) {
  TACIT_ASSIGN(const auto found, registration_case(file, made.program.weights, available_threads()));
  if (!found) return {};
  const verifier::Statement statement = receipt::registration_statement(file, found->system, found->parameters);
  const uint32_t rows = oracle_queries(found->parameters, receipt::kWeightOracle);
  TACIT_ASSIGN(Proof proof, prove_with_ledger({statement,
                                               found->assignment,
                                               {&weights},
                                               [&] { return ledger.spend(rows, Spending::kRegistration); },
                                               {},
                                               nullptr}));
  file.registration = {found->parameters, std::move(proof.bytes)};
  return {};
}

// The parameters of a proof of one sample, which also decide how the weights are committed.
Result<ProofPlan> plan_model(const receipt::PublicModel& model, verifier::Profile profile, uint64_t min_proofs) {
  prover::PlanOptions options;
  options.profile = profile;
  options.costs.threads = available_threads();
  options.costs.weights_stored = false;
  options.min_proofs = min_proofs;
  return plan_proof(
      statement::instantiate(statement::with_visibility(model.system, model.inputs, model.outputs, {}), 1), options);
}

}  // namespace

Result<CompileReport> compile(const CompileOptions& options) {
  const ModelPaths paths = output_paths(options);
  TACIT_TRY(settle(paths));
  TACIT_TRY(check_free(paths, options.replace));
  Stages stages(options.progress);
  TACIT_ASSIGN(Lowered lowered, lower_file(options, stages));
  stages.begin("compare");
  CompileReport report;
  TACIT_ASSIGN(report.accuracy, measure_accuracy(lowered));

  stages.begin("plan");
  TACIT_ASSIGN(ProofPlan plan, plan_model(lowered.open, options.profile, options.min_proofs));
  ModelFile made{options.profile, std::move(lowered.open), weight_commitment(plan.parameters), plan.parameters,
                 std::move(lowered.program)};

  stages.begin("commit");
  TACIT_ASSIGN(Staging staging, Staging::begin(paths));
  const Bytes model_bytes = encode(made);
  made.checksum = checksum_of(model_bytes);
  NewCacheFile cache(paths.cache);
  TACIT_ASSIGN(NewCommitment fresh, commit_epoch(made, made.program.weights, paths, 0));
  receipt::PublicFile open = made.public_file(0, fresh.header.root);
  fresh.header.model_id = receipt::model_id(open);
  TACIT_TRY(staging.ledger().begin(fresh.header));

  stages.begin("register");
  TACIT_TRY(register_weights(open, made, fresh.weights.matrix, staging.ledger()));
  stages.begin("admit");
  TACIT_ASSIGN(const receipt::Admitted admitted, receipt::admit(open));

  stages.begin("write");
  const Overwrite overwrite = options.replace ? Overwrite::kYes : Overwrite::kNo;
  const Bytes public_bytes = receipt::encode(open);
  TACIT_TRY(staging.stage_model(model_bytes));
  TACIT_TRY(staging.publish(public_bytes, overwrite));
  cache.keep();

  report.model_id = admitted.model_id();
  report.facts = public_facts(made.open);
  report.calibrated = !options.calibration.empty();
  report.nodes = made.program.nodes.size();
  report.budget = fresh.header.budget();
  report.model_file = paths.model;
  report.ledger_file = paths.ledger;
  report.public_file = paths.open;
  report.model_bytes = model_bytes.size();
  report.public_bytes = public_bytes.size();
  report.receipt_bytes = static_cast<uint64_t>(plan.prediction.bytes);
  report.seconds = stages.finish();
  return report;
}

Status inspect_against(const std::string& public_file, const CompileOptions& options) {
  TACIT_ASSIGN(const Bytes bytes, read_file(public_file, receipt::kMaxPublicFile));
  TACIT_ASSIGN(const receipt::PublicFile file, receipt::parse_public_file(bytes));
  Stages stages(options.progress);
  TACIT_ASSIGN(const Lowered lowered, lower_file(options, stages));
  if (receipt::model_digest(lowered.open) != receipt::model_digest(file.model))
    return fail(Code::kWrongModel, public_file, 0,
                "the ONNX model, with these calibration data, compiles to another system");
  return {};
}

Result<EstimateReport> estimate(const CompileOptions& options) {
  Stages stages(options.progress);
  TACIT_ASSIGN(const Lowered lowered, lower_file(options, stages));
  stages.begin("plan");
  TACIT_ASSIGN(const ProofPlan plan, plan_model(lowered.open, options.profile, options.min_proofs));
  EstimateReport report;
  report.facts = public_facts(lowered.open);
  report.prove_seconds = plan.prediction.seconds;
  report.receipt_bytes = static_cast<uint64_t>(plan.prediction.bytes);
  report.stages = {{"opening", plan.prediction.opening_seconds},
                   {"witness, lookups, contractions", plan.prediction.seconds - plan.prediction.opening_seconds}};
  report.threads = available_threads();
  const receipt::WeightCommitment weights = weight_commitment(plan.parameters);
  report.proofs = ledger_header(weights, 0).budget();
  report.peak_bytes = predicted_memory(lowered.open, plan.parameters);
  // What has been done, and a registration that looks every weight up once or twice and commits once more.
  const Seconds done = stages.finish();
  report.compile_seconds = done.total + 2 * plan.prediction.seconds;
  return report;
}

}  // namespace tacit::api
