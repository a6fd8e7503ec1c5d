#include <algorithm>

#include "apps/cli/reports.h"
#include "tacit/receipt/handover.h"

namespace tacit::cli {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const api::Seconds& seconds) {
  Json out{{"total", seconds.total}};
  for (const auto& [name, value] : seconds.stages) out[name] = value;
  return out;
}

Json to_json(const api::Memory& used) { return {{"anonymous", used.peak_anonymous}, {"file", used.file}}; }

Json to_json(const api::NamedTensor& tensor) {
  const model::Tensor& value = tensor.value;
  Json out{{"name", tensor.name}, {"shape", value.shape()}, {"dtype", model::dtype_name(value.dtype())}};
  if (value.is_real()) {
    out["values"] = std::vector<double>(value.reals().begin(), value.reals().end());
  } else {
    out["values"] = std::vector<int64_t>(value.ints().begin(), value.ints().end());
  }
  return out;
}

Json to_json(const std::vector<api::NamedTensor>& tensors) {
  Json out = Json::array();
  for (const api::NamedTensor& tensor : tensors) out.push_back(to_json(tensor));
  return out;
}

Json to_json(const std::vector<statement::Port>& ports) {
  Json out = Json::array();
  for (const statement::Port& port : ports) {
    const auto dtype = model::dtype_from_onnx(port.dtype, port.name);
    out.push_back({{"name", port.name},
                   {"shape", port.shape},
                   {"batched", port.batched},
                   {"dtype", dtype ? model::dtype_name(*dtype) : "unknown"},
                   {"exponent", port.exponent},
                   {"range", {port.range.low, port.range.high}}});
  }
  return out;
}

Json to_json(const api::PublicFacts& facts) {
  return {{"weights", facts.weights},           {"cells", facts.cells},
          {"lookups", facts.lookups},           {"table_rows", facts.table_rows},
          {"contractions", facts.contractions}, {"functions", facts.functions},
          {"inputs", to_json(facts.inputs)},    {"outputs", to_json(facts.outputs)}};
}

Json to_json(const std::vector<receipt::ContextPair>& context) {
  Json out = Json::object();
  for (const receipt::ContextPair& pair : context) out[pair.key] = pair.text;
  return out;
}

Json to_json(const api::OutputAccuracy& accuracy) {
  return {{"max_rel_err", accuracy.max_rel_err},
          {"mean_rel_err", accuracy.mean_rel_err},
          {"argmax_agreement", accuracy.argmax_agreement},
          {"samples", accuracy.samples}};
}

const char* profile_name(verifier::Profile profile) { return profile == verifier::Profile::k100 ? "100" : "128"; }

Json terms_json(const verifier::ErrorLedger& ledger) {
  Json out = Json::array();
  for (const verifier::ErrorTerm& term : ledger.terms)
    out.push_back({{"name", term.name},
                   {"bits", static_cast<double>(term.millibits) / 1000},
                   {"regime", term.regime},
                   {"grinding", term.grinding}});
  return out;
}

// Rows of an oracle of weights that a proof under these parameters opens.
Json weight_rows(const verifier::Parameters& parameters, uint32_t oracle) {
  for (const verifier::Stack& stack : parameters.stacks)
    for (const uint32_t member : stack.oracles)
      if (member == oracle) return stack.queries;
  return nullptr;
}

constexpr const char* kExposures[] = {"private", "public", "committed"};

Json to_json(const receipt::DataUse& use) {
  return {{"root", hash::hex(use.root)},
          {"samples", use.rows.samples},
          {"first_row", use.rows.first},
          {"exponent", use.rows.exponent}};
}

Json to_json(const receipt::PublicData& data) {
  return {{"data_id", hash::hex(receipt::data_id(data))},
          {"root", hash::hex(data.root)},
          {"samples", data.samples},
          {"shape", data.shape},
          {"exponent", data.exponent},
          {"range", {data.range.low, data.range.high}}};
}

Json to_json(const receipt::Receipt& r) {
  Json context = to_json(r.header.context), exposures = Json::array(), data = Json::array();
  for (const statement::Exposure exposure : r.header.exposures)
    exposures.push_back(kExposures[static_cast<size_t>(exposure)]);
  for (const receipt::DataUse& use : r.header.data) data.push_back(to_json(use));
  return {{"epoch", r.header.epoch},
          {"samples", r.header.samples},
          {"time", r.header.time},
          {"exposures", std::move(exposures)},
          {"data", std::move(data)},
          {"context", std::move(context)},
          {"weight_rows", weight_rows(r.parameters, receipt::kWeightOracle)},
          {"proof_bytes", r.proof.size()}};
}

}  // namespace

Json to_json(const api::CompileReport& report) {
  // The worst of all outputs, then each of them.
  api::OutputAccuracy worst = report.accuracy.front();
  Json outputs = Json::array();
  for (const api::OutputAccuracy& output : report.accuracy) {
    worst.max_rel_err = std::max(worst.max_rel_err, output.max_rel_err);
    worst.mean_rel_err = std::max(worst.mean_rel_err, output.mean_rel_err);
    worst.argmax_agreement = std::min(worst.argmax_agreement, output.argmax_agreement);
    outputs.push_back(to_json(output));
    outputs.back()["name"] = output.name;
  }
  Json accuracy = to_json(worst);
  accuracy["outputs"] = std::move(outputs);
  return {
      {"model_id", hash::hex(report.model_id)},
      {"weights", report.facts.weights},
      {"cells", report.facts.cells},
      {"lookups", report.facts.lookups},
      {"table_rows", report.facts.table_rows},
      {"accuracy", std::move(accuracy)},
      {"calibrated", report.calibrated},
      {"public", to_json(report.facts)},
      {"epoch", {{"number", 0}, {"budget", report.budget}}},
      {"files", {{"private", report.model_file}, {"ledger", report.ledger_file}, {"public", report.public_file}}},
      {"bytes", {{"private", report.model_bytes}, {"public", report.public_bytes}, {"receipt", report.receipt_bytes}}},
      {"seconds", to_json(report.seconds)},
      {"peak_rss_bytes", to_json(api::memory_used())}};
}

Json to_json(const api::CommitDataReport& report) {
  Json out = to_json(report.open);
  out["budget"] = report.budget;
  out["files"] = {{"private", report.data_file}, {"ledger", report.ledger_file}, {"public", report.public_file}};
  out["seconds"] = to_json(report.seconds);
  return out;
}

Json to_json(const api::ProveReport& report, const std::string& receipt) {
  Json committed = Json::array();
  for (const api::CommitDataReport& data : report.committed) committed.push_back(to_json(data));
  return {{"receipt", receipt},
          {"bytes", report.bytes},
          {"model_id", hash::hex(report.model_id)},
          {"epoch", report.epoch},
          {"began_epoch", report.began_epoch},
          {"samples", report.samples},
          {"seconds", to_json(report.seconds)},
          {"peak_rss_bytes", to_json(report.memory)},
          {"security_bits", report.security_bits},
          {"ledger", {{"used", report.ledger_used}, {"budget", report.ledger_used + report.ledger_left}}},
          {"predicted_peak_bytes", report.predicted_bytes},
          {"cache", report.cache},
          {"outputs", to_json(report.outputs)},
          {"committed", std::move(committed)}};
}

Json to_json(const api::EpochReport& report) {
  return {{"model_id", hash::hex(report.model_id)},
          {"epoch", {{"number", report.epoch}, {"root", hash::hex(report.root)}, {"budget", report.budget}}},
          {"files", {{"ledger", report.ledger_file}, {"public", report.public_file}}},
          {"bytes", {{"public", report.public_bytes}, {"handover", report.handover_bytes}}},
          {"seconds", to_json(report.seconds)},
          {"peak_rss_bytes", to_json(api::memory_used())}};
}

Json to_json(const api::RunReport& report) {
  Json saturated = Json::array();
  for (const auto& [node, count] : report.saturated) saturated.push_back({{"node", node}, {"count", count}});
  return {{"samples", report.samples},
          {"outputs", to_json(report.outputs)},
          {"saturated", std::move(saturated)},
          {"seconds", to_json(report.seconds)}};
}

Json to_json(const api::VerifyReport& report, bool explain) {
  Json inputs = Json::object(), hidden = Json::array({"weights"});
  for (const std::string& name : report.hidden_inputs) inputs[name] = "private", hidden.push_back(name);
  for (const api::NamedTensor& input : report.inputs) inputs[input.name] = "public";
  for (const std::string& name : report.hidden_outputs) hidden.push_back(name);
  Json committed = Json::object();
  for (const api::CommittedRows& rows : report.committed) {
    if (rows.is_input) inputs[rows.port] = "committed";
    committed[rows.port] = to_json(rows.use);
    committed[rows.port]["data_id"] = hash::hex(rows.data_id);
  }
  Json out{{"verified", true},
           {"code", nullptr},
           {"where", nullptr},
           {"message", nullptr},
           {"model_id", hash::hex(report.model_id)},
           {"epoch", report.header.epoch},
           {"registered", true},
           {"samples", report.header.samples},
           {"time", report.header.time},
           {"inputs", std::move(inputs)},
           {"input_values", to_json(report.inputs)},
           {"outputs", to_json(report.outputs)},
           {"committed", std::move(committed)},
           {"context", to_json(report.header.context)},
           {"hidden", std::move(hidden)},
           {"security_bits", report.security_bits}};
  if (explain) out["terms"] = terms_json(report.terms);
  out["seconds"] = {{"total", report.admission_seconds + report.verification_seconds},
                    {"admission", report.admission_seconds},
                    {"verification", report.verification_seconds}};
  return out;
}

Json to_json(const api::InspectReport& report) {
  static constexpr const char* kKinds[] = {"model", "public", "receipt", "ledger", "data", "public data"};
  Json out{{"kind", kKinds[static_cast<size_t>(report.kind)]}, {"bytes", report.bytes}};
  if (report.model_id) out["model_id"] = hash::hex(*report.model_id);
  if (report.model_digest) out["model_digest"] = hash::hex(*report.model_digest);
  if (report.profile) out["profile"] = profile_name(*report.profile);
  if (report.facts) out["public"] = to_json(*report.facts);
  if (report.commitment)
    out["commitment"] = {{"log_rows", report.commitment->log_rows},
                         {"log_blinding", report.commitment->log_blinding},
                         {"log_domain", report.commitment->log_domain},
                         {"max_queries", report.commitment->max_queries}};
  if (report.kind == api::FileKind::kPublic) {
    out["registered"] = report.registered;
    out["epochs"] = Json::array();
    for (const receipt::Epoch& epoch : report.epochs) {
      Json& item = out["epochs"].emplace_back(Json{{"number", epoch.number}, {"root", hash::hex(epoch.root)}});
      if (epoch.handover)
        item["handover"] = {{"older_rows", weight_rows(epoch.handover->parameters, receipt::kWeightOracle)},
                            {"newer_rows", weight_rows(epoch.handover->parameters, receipt::kNewerWeights)},
                            {"proof_bytes", epoch.handover->proof.size()}};
    }
    if (report.registration)
      out["registration"] = {{"weight_rows", weight_rows(report.registration->parameters, receipt::kWeightOracle)},
                             {"proof_bytes", report.registration->proof.size()}};
  }
  if (report.receipt) out["receipt"] = to_json(*report.receipt);
  if (report.ledger_epoch) out["epoch"] = *report.ledger_epoch;
  if (report.data) out["data"] = to_json(*report.data);
  if (report.ledger_used)
    out["ledger"] = {{"used", *report.ledger_used},
                     {"budget", *report.ledger_used + *report.ledger_left},
                     {"records", report.ledger_records},
                     {"rows", report.ledger_rows}};
  return out;
}

Json to_json(const api::EstimateReport& report) {
  Json stages = Json::array();
  for (const auto& [name, seconds] : report.stages) stages.push_back({{"name", name}, {"seconds", seconds}});
  return {{"seconds", report.prove_seconds},
          {"peak_bytes", report.peak_bytes},
          {"receipt_bytes", report.receipt_bytes},
          {"compile_seconds", report.compile_seconds},
          {"proofs", report.proofs},
          {"stages", std::move(stages)},
          {"public", to_json(report.facts)},
          {"assumptions", {{"threads", report.threads}, {"samples", 1}, {"unit_costs", "one AVX-512 server core"}}}};
}

}  // namespace tacit::cli
