#include "tacit/receipt/handover.h"

#include "tacit/base/check.h"
#include "tacit/receipt/registration.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"

namespace tacit::receipt {

using statement::System;

System handover_system(const PublicModel& model) {
  statement::Builder builder;
  const statement::OracleId older = builder.oracle(statement::OracleKind::kWeights),
                            newer = builder.oracle(statement::OracleKind::kWeights);
  TACIT_CHECK(older == kWeightOracle && newer == kNewerWeights);
  for (const statement::Tensor& tensor : model.system.tensors) {
    if (tensor.oracle != kWeightOracle) continue;
    const statement::TensorId before = builder.tensor(older, tensor.space, tensor.range),
                              after = builder.tensor(newer, tensor.space, tensor.range);
    builder.identity(tensor.space, builder.cell(before) + builder.cell(after, -1));
  }
  return builder.take();
}

verifier::Statement handover_statement(const PublicFile& file, uint32_t number, const System& placed,
                                       const verifier::Parameters& parameters) {
  TACIT_CHECK(number >= 1 && number < file.epochs.size());
  const Epoch &older = file.epochs[number - 1], &newer = file.epochs[number];
  Writer context;
  context.raw(as_bytes("tacit handover v1"));
  context.raw(model_id(file).bytes);
  context.u32(older.number);
  context.u32(newer.number);
  return {placed, parameters, {}, {older.root, newer.root}, context.take()};
}

Status verify_handover(const PublicFile& file, uint32_t number) {
  TACIT_CHECK(number >= 1 && number < file.epochs.size());
  const System derived = handover_system(file.model);
  const std::optional<WeightProof>& handover = file.epochs[number].handover;
  if (derived.tensors.empty()) {
    if (handover) return fail(Code::kUnregistered, "epochs", number, "there are no weights to hand over");
    return {};
  }
  if (!handover) return fail(Code::kUnregistered, "epochs", number, "the handover to this epoch is not proven");
  const verifier::Parameters& parameters = handover->parameters;
  if (parameters.profile != file.profile)
    return fail(Code::kInsecureParameters, "profile", number, "the model's public file asks for another profile");
  for (const statement::OracleId oracle : {kWeightOracle, kNewerWeights})
    TACIT_TRY(check_weight_stack(file.weights, parameters, oracle));
  TACIT_ASSIGN(const System system, placed(derived, parameters));
  TACIT_TRY(statement::check(system));
  TACIT_TRY(verifier::check_parameters(system, parameters));
  return verifier::verify(handover_statement(file, number, system, parameters), handover->proof);
}

}  // namespace tacit::receipt
