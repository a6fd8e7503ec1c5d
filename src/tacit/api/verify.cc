#include "tacit/api/files.h"
#include "tacit/api/ledger.h"
#include "tacit/api/model_file.h"
#include "tacit/api/resources.h"
#include "tacit/api/values.h"

namespace tacit::api {
namespace {

Result<receipt::PublicFile> read_public_file(const std::string& path) {
  TACIT_ASSIGN(const Bytes bytes, read_file(path, receipt::kMaxPublicFile));
  return receipt::parse_public_file(bytes);
}

Result<receipt::Receipt> read_receipt(const std::string& path) {
  TACIT_ASSIGN(const Bytes bytes, read_file(path, receipt::kMaxReceipt));
  return receipt::parse_receipt(bytes);
}

Result<receipt::Expectations> expectations(const VerifyOptions& options, const std::vector<model::Port>& inputs) {
  receipt::Expectations out;
  out.context = options.context;
  out.min_epoch = options.min_epoch;
  out.not_before = options.not_before;
  out.not_after = options.not_after;
  if (!options.inputs.empty()) {
    TACIT_ASSIGN(IntegerInputs given, read_inputs(options.inputs, inputs));
    out.inputs = std::move(given.values);
  }
  return out;
}

std::vector<std::string> names(const std::vector<statement::Port>& ports) {
  std::vector<std::string> out;
  for (const statement::Port& port : ports) out.push_back(port.name);
  return out;
}

std::vector<NamedTensor> stated(const std::vector<model::Port>& ports, const receipt::Receipt& receipt, size_t first) {
  std::vector<NamedTensor> out;
  for (size_t i = 0; i < ports.size(); ++i)
    out.push_back(real_values(ports[i], receipt.values[first + i], receipt.header.samples));
  return out;
}

}  // namespace

Result<VerifyReport> verify(const VerifyOptions& options) {
  TACIT_ASSIGN(receipt::PublicFile file, read_public_file(options.public_file));
  TACIT_ASSIGN(const receipt::Receipt given, read_receipt(options.receipt));
  Stages stages;
  stages.begin("admission");
  TACIT_ASSIGN(const receipt::Admitted admitted, receipt::admit(std::move(file)));
  const receipt::PublicModel& model = admitted.file().model;
  TACIT_ASSIGN(const std::vector<model::Port> inputs, model_ports(model.inputs));
  TACIT_ASSIGN(const std::vector<model::Port> outputs, model_ports(model.outputs));
  TACIT_ASSIGN(const receipt::Expectations expected, expectations(options, inputs));
  stages.begin("verification");
  TACIT_ASSIGN(receipt::Verdict verdict, receipt::verify_receipt(admitted, given, expected));
  const Seconds seconds = stages.finish();

  VerifyReport report;
  report.model_id = admitted.model_id();
  report.header = given.header;
  const statement::Visibility visibility = given.header.visibility;
  if (visibility.inputs) {
    report.inputs = stated(inputs, given, 0);
  } else {
    report.hidden_inputs = names(model.inputs);
  }
  if (visibility.outputs) {
    report.outputs = stated(outputs, given, visibility.inputs ? inputs.size() : 0);
  } else {
    report.hidden_outputs = names(model.outputs);
  }
  report.security_bits = verdict.security_bits();
  report.terms = std::move(verdict.terms);
  report.admission_seconds = seconds.stages[0].second;
  report.verification_seconds = seconds.stages[1].second;
  return report;
}

namespace {

Result<InspectReport> inspect_public(ByteView bytes) {
  TACIT_ASSIGN(receipt::PublicFile file, receipt::parse_public_file(bytes));
  TACIT_ASSIGN(const receipt::Admitted admitted, receipt::admit(std::move(file)));
  InspectReport report;
  report.kind = FileKind::kPublic;
  report.model_id = admitted.model_id();
  report.model_digest = receipt::model_digest(admitted.file().model);
  report.facts = public_facts(admitted.file().model);
  report.profile = admitted.file().profile;
  report.commitment = admitted.file().weights;
  report.epochs = admitted.file().epochs;
  report.registration = admitted.file().registration;
  report.registered = true;
  return report;
}

Result<InspectReport> inspect_model(ByteView bytes) {
  TACIT_ASSIGN(const ModelFile file, parse_model_file(bytes));
  InspectReport report;
  report.kind = FileKind::kModel;
  report.model_digest = receipt::model_digest(file.open);
  report.facts = public_facts(file.open);
  report.profile = file.profile;
  report.commitment = file.commitment;
  return report;
}

Result<InspectReport> inspect_receipt(ByteView bytes) {
  TACIT_ASSIGN(receipt::Receipt given, receipt::parse_receipt(bytes));
  InspectReport report;
  report.kind = FileKind::kReceipt;
  report.model_id = given.header.model_id;
  report.profile = given.parameters.profile;
  report.receipt = std::move(given);
  return report;
}

Result<InspectReport> inspect_ledger(const std::string& path) {
  TACIT_ASSIGN(const LedgerState state, read_ledger(path));
  InspectReport report;
  report.kind = FileKind::kLedger;
  report.model_id = state.header.model_id;
  report.ledger_used = state.proofs;
  report.ledger_left = state.proofs_left();
  report.ledger_epoch = state.header.epoch;
  report.ledger_records = state.records;
  report.ledger_rows = state.spent;
  return report;
}

}  // namespace

Result<InspectReport> inspect(const std::string& path) {
  TACIT_ASSIGN(const Bytes bytes, read_file(path, kMaxModelFile));
  constexpr size_t kMagicBytes = 16;
  const std::string_view magic(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kMagicBytes));
  const auto begins = [&](std::string_view kind) { return magic.substr(0, kind.size()) == kind; };
  Result<InspectReport> report = begins("tacit public")    ? inspect_public(bytes)
                                 : begins("tacit model")   ? inspect_model(bytes)
                                 : begins("tacit receipt") ? inspect_receipt(bytes)
                                 : begins("tacit ledger")  ? inspect_ledger(path)
                                                           : fail(Code::kBadMagic, path);
  if (report) report->bytes = bytes.size();
  return report;
}

}  // namespace tacit::api
