#include <algorithm>
#include <ctime>

#include "tacit/api/files.h"
#include "tacit/api/model_file.h"
#include "tacit/api/planning.h"
#include "tacit/api/prove_ports.h"
#include "tacit/api/resources.h"
#include "tacit/api/saturation.h"
#include "tacit/api/values.h"
#include "tacit/hash/blake3.h"

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

namespace {

// Everything that a proof needs beside its statement.
struct Job {
  ModelFile model;
  std::string ledger_path;
  LedgerState ledger;
  std::vector<DataInput> data_inputs;
  std::vector<size_t> outputs;  // committed ones
  IntegerInputs inputs;
  Ports ports;
};

Result<Job> read_job(const ProveOptions& options) {
  Job job;
  TACIT_ASSIGN(job.model, read_model(options.model));
  job.ledger_path = options.ledger.empty() ? without_suffix(options.model, ".tacit") + ".ledger" : options.ledger;
  TACIT_ASSIGN(job.ledger, read_ledger(job.ledger_path));
  TACIT_ASSIGN(job.outputs, committed_outputs(options, job.model));
  TACIT_ASSIGN(job.data_inputs, read_data_inputs(options, job.model));
  TACIT_ASSIGN(job.inputs, gather_inputs(options, job.model, job.data_inputs));
  TACIT_ASSIGN(job.ports.visibility, choose_visibility(options, job.model, job.data_inputs, job.outputs));
  job.ports.samples = job.inputs.samples;
  return job;
}

// The commitments of a proof's data: those of inputs made again from their seeds, those of outputs new.
struct Commitments {
  std::vector<WeightMatrix> of_inputs;
  std::vector<NewData> of_outputs;
  std::vector<DataOpening> openings;                // in the order of the ports
  std::vector<const std::vector<int64_t>*> values;  // of their tensors
};

Status commit_inputs(Job& job, Commitments& out) {
  out.of_inputs.reserve(job.data_inputs.size());
  for (const DataInput& data : job.data_inputs) {
    TACIT_ASSIGN(const LedgerState ledger, read_ledger(data.ledger));
    const hash::Digest id = receipt::data_id(data.file.open);
    out.of_inputs.push_back(commit_data(data.file, ledger.header.weights_seed()));
    if (ledger.header.model_id != id || out.of_inputs.back().root() != data.file.open.root)
      return fail(Code::kBadLedger, data.ledger, 0, "it belongs to other data");
    job.ports.data.push_back(data.file.open);
    job.ports.uses.push_back(data.file.open.use(data.first));
    out.openings.push_back({out.of_inputs.back(), data.ledger, id});
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
    DataFile file{{job.model.profile, output.shape, output.dtype, output.exponent, output.range, job.ports.samples},
                  execution.outputs[port]};
    const std::string& name = options.commit_outputs[static_cast<size_t>(at - job.outputs.begin())].file;
    TACIT_ASSIGN(NewData made, make_data(std::move(file), name, options.min_data_proofs));
    out.of_outputs.push_back(std::move(made));
    const NewData& data = out.of_outputs.back();
    job.ports.data.push_back(data.file.open);
    job.ports.uses.push_back(data.file.open.use(0));
    out.openings.push_back({data.matrix, data.ledger.path(), data.id});
    out.values.push_back(&data.file.values);
  }
  return {};
}

Result<WeightMatrix> commit_model(const Job& job) {
  const ModelFile& model = job.model;
  WeightMatrix weights =
      commit_weights(model.open, model.commitment, model.program.weights, job.ledger.header.weights_seed());
  if (job.ledger.header.epoch == 0 &&
      receipt::model_id(model.public_file(0, weights.root())) != job.ledger.header.model_id)
    return fail(Code::kBadLedger, job.ledger_path, 0, "it belongs to another model");
  return weights;
}

receipt::Receipt unproven(const Job& job, std::vector<receipt::ContextPair> context, const model::Execution& execution,
                          const verifier::Parameters& parameters) {
  receipt::Receipt made;
  const statement::Visibility& visibility = job.ports.visibility;
  made.header = {job.ledger.header.model_id,
                 job.ledger.header.epoch,
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

Result<Proof> prove_receipt(const receipt::Receipt& made, const Job& job, const statement::System& system,
                            const statement::Assignment& assignment, const WeightMatrix& weights,
                            const std::vector<DataOpening>& openings, prover::StageTimes& times) {
  verifier::PublicValues publics{assignment.publics};
  for (size_t i = 0; i < publics.stated.size(); ++i)
    if (system.publics[i].kind == statement::PublicKind::kConstant) publics.stated[i].clear();
  std::vector<hash::Digest> roots{weights.root()};
  for (const receipt::DataUse& use : job.ports.uses) roots.push_back(use.root);
  const verifier::Statement statement{system, made.parameters, std::move(publics), std::move(roots),
                                      receipt::encode(made.header)};
  return prove_with_ledger({statement, assignment, weights, job.ledger_path, made.header.model_id, Spending::kProof,
                            input_digest(job.inputs), &times, openings});
}

}  // namespace

Result<ProveReport> prove(const ProveOptions& options) {
  TACIT_TRY(check_writable(options.receipt));
  TACIT_ASSIGN(auto context, sorted_context(options.context));
  Stages stages(options.progress);
  stages.begin("read");
  TACIT_ASSIGN(Job job, read_job(options));
  const uint32_t samples = job.ports.samples;
  stages.begin("witness");
  TACIT_ASSIGN(model::Execution execution,
               model::execute(job.model.program, job.inputs.values, samples, job.ports.visibility));
  stages.begin("weights");
  TACIT_ASSIGN(const WeightMatrix weights, commit_model(job));
  Commitments commitments;
  TACIT_TRY(commit_inputs(job, commitments));
  TACIT_TRY(commit_outputs(options, execution, job, commitments));
  for (const auto* values : commitments.values) execution.assignment.tensors.push_back(*values);
  stages.begin("plan");
  TACIT_ASSIGN(const Placed placed, choose_parameters(job.model, job.ports));

  stages.begin("prove");
  receipt::Receipt made = unproven(job, std::move(context), execution, placed.parameters);
  prover::StageTimes times;
  TACIT_ASSIGN(Proof proof,
               prove_receipt(made, job, placed.system, execution.assignment, weights, commitments.openings, times));
  made.proof = std::move(proof.bytes);
  TACIT_ASSIGN(const verifier::ErrorLedger terms, verifier::check_parameters(placed.system, placed.parameters));

  stages.begin("write");
  ProveReport report;
  for (NewData& data : commitments.of_outputs) {
    TACIT_TRY(keep(data, Overwrite::kNo));
    report.committed.push_back(
        {data.id, data.file.open, data.budget, data.paths.data, data.paths.ledger, data.paths.open, {}});
  }
  const Bytes bytes = receipt::encode(made);
  TACIT_TRY(write_file(options.receipt, bytes, Access::kPublic, Overwrite::kYes));
  report.model_id = made.header.model_id;
  report.epoch = made.header.epoch;
  report.samples = samples;
  report.bytes = bytes.size();
  report.security_bits = static_cast<int>(terms.weakest_millibits() / 1000);
  report.ledger_used = proof.ledger.proofs;
  report.ledger_left = proof.ledger.proofs_left();
  report.outputs = real_outputs(job.model, execution, samples);
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
