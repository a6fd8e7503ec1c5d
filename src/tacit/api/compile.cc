#include <unistd.h>

#include <cmath>

#include "tacit/api/files.h"
#include "tacit/api/lowering.h"
#include "tacit/api/model_file.h"
#include "tacit/api/planning.h"
#include "tacit/base/os_random.h"
#include "tacit/model/lower/report.h"
#include "tacit/statement/instance.h"

namespace tacit::api {
namespace {

// Samples whose outputs are compared with the float model's.
constexpr size_t kComparedSamples = 256;

struct Paths {
  std::string model, ledger, open, cache;
};

Paths output_paths(const CompileOptions& options) {
  const std::string name = options.name.empty() ? without_suffix(options.model, ".onnx") : options.name;
  return {name + ".tacit", name + ".ledger", name + ".pub", name + ".cache"};
}

Status check_free(const Paths& paths, bool replace) {
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
  std::vector<OutputAccuracy> out;
  for (const model::OutputError& error : report.outputs)
    out.push_back({error.name, error.max, error.mean, error.argmax_agrees, error.n_samples});
  return out;
}

// A ledger under a temporary name, gone again unless it is kept.
class NewLedger {
 public:
  explicit NewLedger(const std::string& path) : temporary_(path + ".new" + std::to_string(::getpid())), path_(path) {}
  ~NewLedger() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }
  Status create(const LedgerHeader& header) { return create_ledger(temporary_, header); }
  const std::string& path() const { return temporary_; }
  Status keep(Overwrite overwrite) {
    TACIT_TRY(move_file(temporary_, path_, overwrite));
    temporary_.clear();
    return {};
  }

 private:
  std::string temporary_, path_;
};

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

LedgerHeader ledger_header(const receipt::PublicFile& file, const hash::Seed& seed) {
  return {receipt::model_id(file), 0, file.weights.max_queries, uint64_t{1} << file.weights.log_blinding, seed};
}

Status register_weights(receipt::PublicFile& file, const ModelFile& made, const WeightMatrix& weights,
                        const std::string& ledger) {
  TACIT_ASSIGN(const auto found, registration_case(file, made.program.weights, available_threads()));
  if (!found) return {};
  const verifier::Statement statement = receipt::registration_statement(file, found->system, found->parameters);
  TACIT_ASSIGN(Proof proof, prove_with_ledger({statement,
                                               found->assignment,
                                               weights,
                                               ledger,
                                               receipt::model_id(file),
                                               Spending::kRegistration,
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
  const Paths paths = output_paths(options);
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
  TACIT_ASSIGN(const auto fresh, os_random_32());
  LedgerHeader header;
  header.seed = hash::Seed(fresh);
  const Bytes model_bytes = encode(made);
  NewCacheFile cache(paths.cache);
  const CachedWeights committed = commit_weights(made.open, made.commitment, made.program.weights,
                                                 header.weights_seed(), paths.cache, checksum_of(model_bytes));
  const WeightMatrix& weights = committed.matrix;
  receipt::PublicFile open = made.public_file(0, weights.root());
  header = ledger_header(open, header.seed);
  NewLedger ledger(paths.ledger);
  TACIT_TRY(ledger.create(header));

  stages.begin("register");
  TACIT_TRY(register_weights(open, made, weights, ledger.path()));
  stages.begin("admit");
  TACIT_ASSIGN(const receipt::Admitted admitted, receipt::admit(open));

  stages.begin("write");
  const Overwrite overwrite = options.replace ? Overwrite::kYes : Overwrite::kNo;
  const Bytes public_bytes = receipt::encode(open);
  TACIT_TRY(write_file(paths.model, model_bytes, Access::kPrivate, overwrite));
  TACIT_TRY(ledger.keep(overwrite));
  TACIT_TRY(write_file(paths.open, public_bytes, Access::kPublic, overwrite));
  cache.keep();

  report.model_id = admitted.model_id();
  report.facts = public_facts(made.open);
  report.calibrated = !options.calibration.empty();
  report.nodes = made.program.nodes.size();
  report.budget = header.budget();
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
  report.proofs = LedgerHeader{{}, 0, weights.max_queries, uint64_t{1} << weights.log_blinding, {}}.budget();
  report.peak_bytes = predicted_memory(lowered.open, plan.parameters);
  // What has been done, and a registration that looks every weight up once or twice and commits once more.
  const Seconds done = stages.finish();
  report.compile_seconds = done.total + 2 * plan.prediction.seconds;
  return report;
}

}  // namespace tacit::api
