#include <algorithm>
#include <chrono>
#include <ctime>
#include <thread>

#include "tacit/api/epoch.h"
#include "tacit/api/files.h"
#include "tacit/api/model_file.h"
#include "tacit/api/planning.h"
#include "tacit/api/prove_ports.h"
#include "tacit/api/resources.h"
#include "tacit/api/saturation.h"
#include "tacit/api/values.h"
#include "tacit/hash/blake3.h"
#include "tacit/prover/memory_model.h"

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

// What of a proof its data decide.
struct Ports {
  statement::Visibility visibility;
  uint32_t samples = 0;
  std::vector<receipt::PublicData> data;  // of the committed ports, in their order
  std::vector<receipt::DataUse> uses;

  std::vector<statement::DataRows> rows() const {
    std::vector<statement::DataRows> out;
    for (const receipt::DataUse& use : uses) out.push_back(use.rows);
    return out;
  }
};

// The parameters that come with the model serve single samples without committed data; anything else is planned for.
Result<Placed> choose_parameters(const ModelFile& model, const Ports& ports) {
  const std::vector<statement::DataRows> rows = ports.rows();
  if (ports.samples == 1 && rows.empty()) {
    TACIT_ASSIGN(statement::System system, receipt::instance(model.open, ports.visibility, 1, model.parameters));
    if (verifier::check_parameters(system, model.parameters) && pads_fit(system, model.parameters))
      return Placed{model.parameters, std::move(system)};
  }
  TACIT_ASSIGN(const statement::System unplaced,
               receipt::unplaced_instance(model.open, ports.visibility, ports.samples, rows));
  prover::PlanOptions options = committed_options(model.public_file(0, {}), available_threads());
  for (size_t i = 0; i < ports.data.size(); ++i) {
    const receipt::CodeShape& code = ports.data[i].code;
    options.committed.push_back({static_cast<statement::OracleId>(model.open.system.oracles.size() + i), code.log_rows,
                                 code.log_blinding, code.log_domain, ports.data[i].max_queries});
  }
  TACIT_ASSIGN(ProofPlan plan, plan_proof(unplaced, options));
  TACIT_ASSIGN(statement::System system,
               receipt::instance(model.open, ports.visibility, ports.samples, plan.parameters, rows));
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

// Longer than a handover of a large model takes.
constexpr auto kPatience = std::chrono::minutes(10);
constexpr auto kPause = std::chrono::milliseconds(20);

// The epoch to prove in: the current one, or the next when it is nearly spent. While another process begins the next
// one, what is left of the old one serves.
Result<OpenEpoch> current_epoch(const ModelFile& model, const Weights& weights, const ModelPaths& paths) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    TACIT_ASSIGN(OpenEpoch epoch, open_epoch(model, weights, paths));
    if (!epoch.ledger.nearly_spent()) return epoch;
    Result<OpenEpoch> next = next_epoch(model, weights, paths, When::kIfDue);
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

// What a proof is about, whatever the epoch.
struct Job {
  ModelFile model;  // its weights become part of the witness
  ModelPaths paths;
  LedgerState ledger;  // as it was at first
  std::vector<DataInput> data_inputs;
  std::vector<size_t> outputs;  // committed ones
  IntegerInputs inputs;
  Ports ports;
};

Result<Job> read_job(const ProveOptions& options) {
  Job job;
  job.paths = model_paths(options.model, options.ledger);
  TACIT_TRY(settle(job.paths));
  TACIT_ASSIGN(job.model, read_model(options.model));
  TACIT_ASSIGN(job.ledger, read_ledger(job.paths.ledger));
  TACIT_ASSIGN(job.outputs, committed_outputs(options, job.model));
  TACIT_ASSIGN(job.data_inputs, read_data_inputs(options, job.model));
  TACIT_ASSIGN(job.inputs, gather_inputs(options, job.model, job.data_inputs));
  TACIT_ASSIGN(job.ports.visibility, choose_visibility(options, job.model, job.data_inputs, job.outputs));
  job.ports.samples = job.inputs.samples;
  return job;
}

// The commitments of a proof's data: those of inputs made again from their seeds, those of outputs new.
struct Commitments {
  std::vector<NewData> of_outputs;
  std::vector<WeightMatrix> of_inputs;
  // In the order of the ports.
  std::vector<const WeightMatrix*> matrices;
  std::vector<DataLedger> ledgers;
  std::vector<const std::vector<int64_t>*> values;  // of their tensors
};

Status commit_inputs(Job& job, Commitments& out) {
  out.of_inputs.reserve(job.data_inputs.size());
  for (const DataInput& data : job.data_inputs) {
    TACIT_ASSIGN(LedgerState ledger, read_ledger(data.ledger));
    out.of_inputs.push_back(commit_data(data.file, ledger.header.weights_seed()));
    if (ledger.header.model_id != receipt::data_id(data.file.open) ||
        out.of_inputs.back().root() != data.file.open.root)
      return fail(Code::kBadLedger, data.ledger, 0, "it belongs to other data");
    job.ports.data.push_back(data.file.open);
    job.ports.uses.push_back(data.file.open.use(data.first));
    out.matrices.push_back(&out.of_inputs.back());
    out.ledgers.push_back({data.ledger, std::move(ledger.header)});
    out.values.push_back(&data.file.values);
  }
  return {};
}

Status commit_outputs(const ProveOptions& options, const model::Execution& execution, Job& job, Commitments& out) {
  out.of_outputs.reserve(job.outputs.size());
  // In the order of the ports, whatever that of the choices.
  for (size_t port = 0; port < job.model.open.outputs.size(); ++port) {
    const auto at = std::find(job.outputs.begin(), job.outputs.end(), port);
    if (at == job.outputs.end()) continue;
    const statement::Port& output = job.model.open.outputs[port];
    DataFile file;
    file.open.profile = job.model.profile;
    file.open.shape = output.shape;
    file.open.dtype = output.dtype;
    file.open.exponent = output.exponent;
    file.open.range = output.range;
    file.open.samples = job.ports.samples;
    file.values = execution.outputs[port];
    const std::string& name = options.commit_outputs[static_cast<size_t>(at - job.outputs.begin())].file;
    TACIT_ASSIGN(NewData made, make_data(std::move(file), name, options.min_data_proofs));
    out.of_outputs.push_back(std::move(made));
    const NewData& data = out.of_outputs.back();
    job.ports.data.push_back(data.file.open);
    job.ports.uses.push_back(data.file.open.use(0));
    out.matrices.push_back(&data.matrix);
    out.ledgers.push_back({data.ledger.path(), data.header});
    out.values.push_back(&data.file.values);
  }
  return {};
}

// Data's oracles follow those of the template.
Result<Commitments> commit_ports(const ProveOptions& options, model::Execution& execution, Job& job) {
  Commitments out;
  TACIT_TRY(commit_inputs(job, out));
  TACIT_TRY(commit_outputs(options, execution, job, out));
  for (size_t i = 0; i < out.ledgers.size(); ++i)
    out.ledgers[i].oracle = static_cast<statement::OracleId>(job.model.open.system.oracles.size() + i);
  for (const auto* values : out.values) execution.assignment.tensors.push_back(*values);
  return out;
}

// A receipt without model id, epoch and proof.
receipt::Receipt unproven(const Job& job, std::vector<receipt::ContextPair> context, const model::Execution& execution,
                          const verifier::Parameters& parameters) {
  receipt::Receipt made;
  const statement::Visibility& visibility = job.ports.visibility;
  made.header = {{},
                 0,
                 job.ports.samples,
                 receipt::exposures(visibility, job.inputs.values.size(), execution.outputs.size()),
                 job.ports.uses,
                 static_cast<int64_t>(std::time(nullptr)),
                 std::move(context)};
  for (size_t i = 0; i < job.inputs.values.size(); ++i)
    if (visibility.inputs[i] == statement::Exposure::kPublic) made.values.push_back(job.inputs.values[i]);
  for (size_t i = 0; i < execution.outputs.size(); ++i)
    if (visibility.outputs[i] == statement::Exposure::kPublic) made.values.push_back(execution.outputs[i]);
  made.parameters = parameters;
  return made;
}

struct Witness {
  const statement::Assignment& assignment;
  const Commitments& data;
  prover::MemoryPlan memory;
};

// Completes a receipt that lacks model id, epoch and proof.
Result<Proof> prove_in(const OpenEpoch& epoch, const Job& job, const statement::System& system, const Witness& witness,
                       receipt::Receipt& made, prover::StageTimes* times) {
  const LedgerHeader& ledger = epoch.ledger.header;
  made.header.model_id = ledger.model_id;
  made.header.epoch = ledger.epoch;
  verifier::PublicValues publics{witness.assignment.publics};
  for (size_t i = 0; i < publics.stated.size(); ++i)
    if (system.publics[i].kind == statement::PublicKind::kConstant) publics.stated[i].clear();
  std::vector<hash::Digest> roots{ledger.root};
  for (const receipt::DataUse& use : job.ports.uses) roots.push_back(use.root);
  const verifier::Statement statement{system, made.parameters, std::move(publics), std::move(roots),
                                      receipt::encode(made.header)};
  std::vector<const WeightMatrix*> fixed{&epoch.weights.matrix};
  fixed.insert(fixed.end(), witness.data.matrices.begin(), witness.data.matrices.end());
  const auto spend = [&] { return spend_proof(job.paths.ledger, ledger, made.parameters, witness.data.ledgers); };
  TACIT_ASSIGN(Proof proof, prove_with_ledger({statement, witness.assignment, std::move(fixed), spend,
                                               input_digest(job.inputs), times, witness.memory}));
  made.proof = std::move(proof.bytes);
  return proof;
}

const char* cache_use(CacheUse use) {
  return use == CacheUse::kUsed ? "used" : use == CacheUse::kWritten ? "written" : "none";
}

struct Done {
  LedgerState ledger;
  CacheUse cache = CacheUse::kNone;
};

// In the epoch that is current when the rows are spent.
Result<Done> prove_in_current(const Job& job, const statement::System& system, const Witness& witness,
                              receipt::Receipt& made, prover::StageTimes& times, Stages& stages) {
  Result<Proof> proof = fail(Code::kWrongEpoch, job.paths.ledger);
  for (int i = 0; i < kMaxTries && is_overtaken(proof); ++i) {
    if (i > 0) std::this_thread::sleep_for(kPause);
    stages.begin("weights");
    TACIT_TRY(settle(job.paths));
    const Result<OpenEpoch> epoch = current_epoch(job.model, witness.assignment.tensors, job.paths);
    stages.begin("prove");
    proof = epoch ? prove_in(*epoch, job, system, witness, made, &times) : tl::unexpected(epoch.error());
    if (proof) return Done{std::move(proof->ledger), epoch->weights.use};
  }
  return tl::unexpected(std::move(proof.error()));
}

}  // namespace

Result<ProveReport> prove(const ProveOptions& options) {
  TACIT_TRY(check_writable(options.receipt));
  TACIT_ASSIGN(auto context, sorted_context(options.context));
  Stages stages(options.progress);
  stages.begin("read");
  TACIT_ASSIGN(Job job, read_job(options));
  stages.begin("witness");
  TACIT_ASSIGN(model::Execution execution, model::execute(job.model.program, std::move(job.model.program.weights),
                                                          job.inputs.values, job.ports.samples, job.ports.visibility));
  release_memory();
  stages.begin("data");
  TACIT_ASSIGN(Commitments data, commit_ports(options, execution, job));
  stages.begin("plan");
  TACIT_ASSIGN(const Placed placed, choose_parameters(job.model, job.ports));
  TACIT_ASSIGN(const prover::MemoryPlan memory, memory_plan(placed, options.memory));
  receipt::Receipt made = unproven(job, std::move(context), execution, placed.parameters);
  prover::StageTimes times;
  const Witness witness{execution.assignment, data, memory};
  TACIT_ASSIGN(const Done done, prove_in_current(job, placed.system, witness, made, times, stages));
  TACIT_ASSIGN(const verifier::ErrorLedger terms, verifier::check_parameters(placed.system, placed.parameters));

  stages.begin("write");
  ProveReport report;
  for (NewData& made_data : data.of_outputs) {
    TACIT_TRY(keep(made_data, Overwrite::kNo));
    report.committed.push_back(made_data.report());
  }
  const Bytes bytes = receipt::encode(made);
  TACIT_TRY(write_file(options.receipt, bytes, Access::kPublic, Overwrite::kYes));
  report.model_id = made.header.model_id;
  report.epoch = made.header.epoch;
  report.began_epoch = made.header.epoch != job.ledger.header.epoch;
  report.samples = job.ports.samples;
  report.bytes = bytes.size();
  report.security_bits = static_cast<int>(terms.weakest_millibits() / 1000);
  report.predicted_bytes = prover::memory_need(placed.system, placed.parameters, memory).anonymous();
  report.cache = cache_use(done.cache);
  report.ledger_used = done.ledger.proofs;
  report.ledger_left = done.ledger.proofs_left();
  report.outputs = real_outputs(job.model, execution, job.ports.samples);
  report.memory = memory_used();
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
