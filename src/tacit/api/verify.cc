#include "tacit/api/data.h"
#include "tacit/api/files.h"
#include "tacit/api/ledger.h"
#include "tacit/api/model_file.h"
#include "tacit/api/resources.h"
#include "tacit/api/values.h"

namespace tacit::api {
namespace {

constexpr size_t kMaxPublicData = 1 << 16;

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
  for (const std::string& path : options.data) {
    TACIT_ASSIGN(const Bytes bytes, read_file(path, kMaxPublicData));
    TACIT_ASSIGN(receipt::PublicData data, receipt::parse_public_data(bytes));
    out.data.push_back(std::move(data));
  }
  return out;
}

// What the receipt says of each port, in order.
class PortReports {
 public:
  PortReports(const receipt::Receipt& receipt, VerifyReport& report) : receipt_(receipt), report_(report) {}

  void add(const std::vector<model::Port>& ports, bool are_inputs) {
    for (const model::Port& port : ports) {
      switch (receipt_.header.exposures[port_++]) {
        case statement::Exposure::kPrivate:
          (are_inputs ? report_.hidden_inputs : report_.hidden_outputs).push_back(port.name);
          break;
        case statement::Exposure::kPublic:
          (are_inputs ? report_.inputs : report_.outputs)
              .push_back(real_values(port, receipt_.values[value_++], receipt_.header.samples));
          break;
        case statement::Exposure::kCommitted:
          add(port, are_inputs, receipt_.header.data[use_++]);
          break;
      }
    }
  }

 private:
  void add(const model::Port& port, bool is_input, const receipt::DataUse& use) {
    const auto elements = static_cast<uint64_t>(port.form.strides()[0]);
    report_.committed.push_back({port.name, is_input, receipt::data_id(use, elements), use});
  }

  const receipt::Receipt& receipt_;
  VerifyReport& report_;
  size_t port_ = 0, value_ = 0, use_ = 0;
};

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
  PortReports ports(given, report);
  ports.add(inputs, true);
  ports.add(outputs, false);
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

InspectReport data_report(FileKind kind, receipt::PublicData data) {
  InspectReport report;
  report.kind = kind;
  report.profile = data.profile;
  report.data = std::move(data);
  return report;
}

Result<InspectReport> inspect_data(const std::string& path) {
  TACIT_ASSIGN(DataFile file, read_data_file(path));
  return data_report(FileKind::kData, std::move(file.open));
}

Result<InspectReport> inspect_public_data(ByteView bytes) {
  TACIT_ASSIGN(receipt::PublicData data, receipt::parse_public_data(bytes));
  return data_report(FileKind::kPublicData, std::move(data));
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
                                 : begins("tacit data ")   ? inspect_data(path)
                                 : begins("tacit datpub")  ? inspect_public_data(bytes)
                                                           : fail(Code::kBadMagic, path);
  if (report) report->bytes = bytes.size();
  return report;
}

}  // namespace tacit::api
