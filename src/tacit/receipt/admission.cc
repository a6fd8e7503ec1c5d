#include "tacit/receipt/admission.h"

#include <algorithm>

#include "tacit/receipt/handover.h"
#include "tacit/receipt/registration.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"
#include "tacit/verifier/verify.h"

namespace tacit::receipt {
namespace {

using statement::Exposure;
using statement::Space;
using statement::System;
using verifier::PublicValues;

// A verifier's time and memory grow with the lengths of axes and the numbers of blocks.
constexpr uint64_t kMaxEffort = uint64_t{1} << 26;

// A template is checked at places of its own: any that fit do.
constexpr uint8_t kTemplateLogRows = 10;

bool has_sane_strips(const Space& space) {
  return std::all_of(space.axes.begin(), space.axes.end(), [](const statement::Axis& axis) {
    return axis.length > 0 && axis.log_strip <= statement::log2_ceil(axis.length);
  });
}

// Runs before anything else that walks over a system: what `place` and loops over axes require.
Status check_effort(const System& system) {
  for (size_t i = 0; i < system.tensors.size(); ++i)
    if (system.tensors[i].oracle >= system.oracles.size()) return fail(Code::kBadStatement, "tensor", i);
  uint64_t effort = 0;
  const auto count = [&](const Space& space, uint64_t times) {
    if (!has_sane_strips(space)) effort = kMaxEffort;
    if (effort == kMaxEffort) return;
    uint64_t sum = std::min(space.blocks(), kMaxEffort);
    for (const statement::Axis& axis : space.axes) sum += axis.length;
    effort = std::min(kMaxEffort, effort + sum * std::min(times, kMaxEffort));
  };
  for (const statement::Tensor& tensor : system.tensors) count(tensor.space, 1);
  for (const statement::Public& item : system.publics) {
    count(item.space, 1);
    effort = std::min(kMaxEffort, effort + std::min(item.space.elements(), kMaxEffort));
  }
  for (const statement::Contraction& k : system.contractions) count(k.labels, k.a.terms.size() + k.c.terms.size());
  for (const statement::Identity& identity : system.identities) count(identity.labels, identity.view.terms.size());
  for (const statement::Lookup& lookup : system.lookups)
    for (const statement::View& column : lookup.columns) count(lookup.labels, column.terms.size());
  if (effort >= kMaxEffort) return fail(Code::kTooLarge, "system", 0, "verifying would take too long");
  return {};
}

// Parameters of the file's profile that open the weights as they were committed and are secure for this system.
Result<verifier::ErrorLedger> check_security(const PublicFile& file, const System& system,
                                             const verifier::Parameters& parameters) {
  if (parameters.profile != file.profile)
    return fail(Code::kInsecureParameters, "profile", 0, "the model's public file asks for another profile");
  TACIT_TRY(check_weight_stack(file.weights, parameters));
  return verifier::check_parameters(system, parameters);
}

Status verify_registration(const PublicFile& file, const RegistrationSystem& derived) {
  if (derived.tensors.empty()) {
    if (file.registration) return fail(Code::kUnregistered, "registration", 0, "there is nothing to register");
    return {};
  }
  if (!file.registration) return fail(Code::kUnregistered, "registration", 0, "the registration proof is missing");
  const WeightProof& registration = *file.registration;
  TACIT_ASSIGN(const System system, placed(derived.system, registration.parameters));
  TACIT_TRY(statement::check(system));
  TACIT_TRY(check_security(file, system, registration.parameters));
  const verifier::Statement statement = registration_statement(file, system, registration.parameters);
  return verifier::verify(statement, registration.proof);
}

Status check_epochs(const std::vector<Epoch>& epochs) {
  if (epochs.empty()) return fail(Code::kWrongEpoch, "epochs", 0, "a model has at least one epoch");
  for (size_t i = 0; i < epochs.size(); ++i)
    if (epochs[i].number != i) return fail(Code::kWrongEpoch, "epochs", i, "epochs are numbered from 0");
  if (epochs[0].handover) return fail(Code::kNonCanonical, "epochs", 0, "the first epoch has no handover");
  return {};
}

bool is_template(const Space& space) {
  return std::all_of(space.axes.begin(), space.axes.end(),
                     [](const statement::Axis& axis) { return !axis.batched || axis == statement::batch_axis(); });
}

// `instantiate` gives every batched axis the number of samples, whatever length it has: in a template it has 1.
Status check_batched_axes(const System& system) {
  const auto bad = [](const char* what, size_t index) {
    return fail(Code::kBadStatement, what, index, "the axis of samples is 1 long in a template");
  };
  for (size_t i = 0; i < system.tensors.size(); ++i)
    if (!is_template(system.tensors[i].space)) return bad("tensor", i);
  for (size_t i = 0; i < system.publics.size(); ++i)
    if (!is_template(system.publics[i].space)) return bad("public", i);
  for (size_t i = 0; i < system.contractions.size(); ++i)
    if (!is_template(system.contractions[i].labels)) return bad("contraction", i);
  for (size_t i = 0; i < system.lookups.size(); ++i)
    if (!is_template(system.lookups[i].labels)) return bad("lookup", i);
  for (size_t i = 0; i < system.identities.size(); ++i)
    if (!is_template(system.identities[i].labels)) return bad("identity", i);
  return {};
}

// Reads every port without saying anything of it: then its cells need ranges that the template itself proves, as the
// ranges of committed data rest on them.
void read_ports(System& system, const PublicModel& model) {
  for (const auto* ports : {&model.inputs, &model.outputs})
    for (const statement::Port& port : *ports) {
      statement::View nothing = port.view;
      for (statement::Term term : port.view.terms) {
        term.coefficient = -term.coefficient;
        nothing.terms.push_back(std::move(term));
      }
      nothing.constant = 0;
      system.identities.push_back({port.labels, std::move(nothing)});
    }
}

// With all ports hidden, when intervals have the fewest identities to follow from, and with all of them open.
Status check_template(const PublicModel& model) {
  TACIT_TRY(check_batched_axes(model.system));
  for (const bool open : {false, true}) {
    System system = statement::with_visibility(model.system, model.inputs, model.outputs, {open, open});
    if (!open) read_ports(system, model);
    if (system.oracles.size() > verifier::kMaxStacks) return fail(Code::kTooLarge, "oracle", system.oracles.size());
    TACIT_TRY(check_effort(system));
    statement::place(system, std::vector<uint8_t>(system.oracles.size(), kTemplateLogRows));
    TACIT_TRY(statement::check(system));
  }
  return {};
}

Status check_ports(const PublicModel& model) {
  if (model.inputs.empty() || model.outputs.empty()) return fail(Code::kBadStatement, "ports", 0, "no input or output");
  for (const auto* ports : {&model.inputs, &model.outputs})
    for (const statement::Port& port : *ports) TACIT_TRY(statement::check(port));
  for (const statement::Public& item : model.system.publics)
    if (item.kind == statement::PublicKind::kStated)
      return fail(Code::kBadStatement, "public", 0, "a template states nothing but its ports");
  return {};
}

// ---- expectations

Status check_origin(const Admitted& model, const Header& header, const Expectations& expected) {
  if (header.model_id != model.model_id())
    return fail(Code::kWrongModel, "model", 0, "the receipt names model " + hash::hex(header.model_id).substr(0, 16));
  if (model.epoch(header.epoch) == nullptr)
    return fail(Code::kWrongEpoch, "epoch", header.epoch, "ask the prover for the newest public file of this model");
  if (header.epoch < expected.min_epoch) return fail(Code::kStaleEpoch, "epoch", header.epoch);
  return {};
}

Status check_expected_context(const Header& header, const Expectations& expected) {
  for (size_t i = 0; i < expected.context.size(); ++i) {
    const ContextPair& asked = expected.context[i];
    const auto at = std::find_if(header.context.begin(), header.context.end(),
                                 [&](const ContextPair& pair) { return pair.key == asked.key; });
    if (at == header.context.end())
      return fail(Code::kWrongContext, "context", i, "the receipt is not bound to any " + asked.key + ".");
    if (at->text != asked.text)
      return fail(Code::kWrongContext, "context", i,
                  "the receipt is bound to " + at->key + "=" + at->text + ", you asked for " + asked.key + "=" +
                      asked.text + ".");
  }
  if ((expected.not_before && header.time < *expected.not_before) ||
      (expected.not_after && header.time > *expected.not_after))
    return fail(Code::kWrongContext, "time", 0, "the receipt's time is outside the window that you asked for");
  return {};
}

Status check_expected_inputs(const PublicModel& model, const Receipt& receipt, const Expectations& expected) {
  if (!expected.inputs) return {};
  for (size_t i = 0; i < model.inputs.size(); ++i)
    if (receipt.header.exposures[i] != Exposure::kPublic)
      return fail(Code::kWrongInput, model.inputs[i].name, i,
                  "the receipt doesn't state this input, so it can't be compared with yours");
  for (size_t i = 0; i < model.inputs.size(); ++i)
    if (i >= expected.inputs->size() || (*expected.inputs)[i] != receipt.values[i])
      return fail(Code::kWrongInput, model.inputs[i].name, i);
  return {};
}

Status check_expected_data(const PublicModel& model, const Header& header, const Expectations& expected) {
  const auto ports =
      statement::exposed(model.inputs, model.outputs, header.visibility(model.inputs.size()), Exposure::kCommitted);
  for (size_t e = 0; e < expected.data.size(); ++e) {
    const PublicData& asked = expected.data[e];
    bool is_used = false;
    for (size_t i = 0; i < ports.size(); ++i)
      is_used = is_used || data_id(header.data[i], ports[i]->elements()) == data_id(asked);
    if (!is_used)
      return fail(Code::kWrongData, "data", e, "the receipt uses no data with the id " + hash::hex(data_id(asked)));
  }
  return {};
}

// One exposure for each port, values for each public one, data for each committed one.
Status check_ports_of(const PublicModel& model, const Receipt& receipt) {
  const Header& header = receipt.header;
  const auto count = [&](Exposure exposure) {
    return static_cast<size_t>(std::count(header.exposures.begin(), header.exposures.end(), exposure));
  };
  if (header.exposures.size() != model.inputs.size() + model.outputs.size())
    return fail(Code::kWrongStatement, "exposures", header.exposures.size());
  if (header.data.size() != count(Exposure::kCommitted)) return fail(Code::kWrongStatement, "data", header.data.size());
  if (receipt.values.size() != count(Exposure::kPublic))
    return fail(Code::kWrongStatement, "values", receipt.values.size());
  return {};
}

}  // namespace

const Epoch* Admitted::epoch(uint32_t number) const {
  return number < file_.epochs.size() ? &file_.epochs[number] : nullptr;
}

Result<Admitted> admit(PublicFile file) {
  TACIT_TRY(check_ports(file.model));
  TACIT_TRY(check_epochs(file.epochs));
  TACIT_TRY(check_template(file.model));
  TACIT_ASSIGN(const RegistrationSystem registration, registration_system(file.model));
  TACIT_TRY(verify_registration(file, registration));
  for (uint32_t number = 1; number < file.epochs.size(); ++number) TACIT_TRY(verify_handover(file, number));
  Admitted admitted;
  admitted.model_id_ = model_id(file);
  admitted.file_ = std::move(file);
  return admitted;
}

Result<System> unplaced_instance(const PublicModel& model, const statement::Visibility& visibility, uint32_t samples,
                                 std::span<const statement::DataRows> data) {
  if (samples == 0 || samples > kMaxSamples) return fail(Code::kTooLarge, "samples", samples);
  const auto committed = statement::exposed(model.inputs, model.outputs, visibility, Exposure::kCommitted);
  TACIT_ASSIGN(const System system,
               statement::with_data(statement::with_visibility(model.system, model.inputs, model.outputs, visibility),
                                    committed, data, samples));
  return statement::instantiate(system, samples);
}

Result<System> instance(const PublicModel& model, const statement::Visibility& visibility, uint32_t samples,
                        const verifier::Parameters& parameters, std::span<const statement::DataRows> data) {
  TACIT_ASSIGN(System unplaced, unplaced_instance(model, visibility, samples, data));
  TACIT_ASSIGN(System system, placed(std::move(unplaced), parameters));
  TACIT_TRY(check_effort(system));
  TACIT_TRY(statement::check(system));
  return system;
}

Result<Verdict> verify_receipt(const Admitted& model, const Receipt& receipt, const Expectations& expected) {
  const PublicFile& file = model.file();
  const Header& header = receipt.header;
  TACIT_TRY(check_origin(model, header, expected));
  TACIT_TRY(check_context(header.context));
  TACIT_TRY(check_expected_context(header, expected));
  TACIT_TRY(check_ports_of(file.model, receipt));
  TACIT_TRY(check_expected_inputs(file.model, receipt, expected));
  TACIT_TRY(check_expected_data(file.model, header, expected));
  TACIT_ASSIGN(const System system, instance(file.model, header.visibility(file.model.inputs.size()), header.samples,
                                             receipt.parameters, header.rows()));
  Verdict verdict;
  TACIT_ASSIGN(verdict.terms, check_security(file, system, receipt.parameters));
  std::vector<hash::Digest> roots{model.epoch(header.epoch)->root};
  for (size_t i = 0; i < header.data.size(); ++i) {
    const auto oracle = static_cast<statement::OracleId>(file.model.system.oracles.size() + i);
    TACIT_TRY(check_code("data", oracle, header.data[i].shape, receipt.parameters));
    roots.push_back(header.data[i].root);
  }
  PublicValues publics;
  publics.stated.resize(file.model.system.publics.size());
  publics.stated.insert(publics.stated.end(), receipt.values.begin(), receipt.values.end());
  const verifier::Statement statement{system, receipt.parameters, std::move(publics), std::move(roots), encode(header)};
  TACIT_TRY(verifier::verify(statement, receipt.proof));
  return verdict;
}

}  // namespace tacit::receipt
