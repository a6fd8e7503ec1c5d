// Identity and Dropout, which does nothing at inference.
#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

// The second output is the mask of what was kept: all of it.
Result<Types> shape_dropout(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0}));
  if (args.has(2)) {
    if (args.known(2) == nullptr || args.tensor(2).size() != 1 || args.tensor(2).as_real(0) != 0) {
      return args.refuse(Code::kUnsupported, "export the model for inference: training_mode must be false");
    }
  }
  const DType mask = args.node().opset < 10 ? args.type(0).dtype : DType::kBool;
  return Types{args.type(0), {mask, args.shape(0)}};
}

Result<Tensors> eval_dropout(const Args& args, const Types& outputs) {
  Tensor mask(outputs[1]);
  if (mask.is_real()) {
    for (double& v : mask.reals()) v = 1;
  } else {
    for (int64_t& v : mask.ints()) v = 1;
  }
  return Tensors{args.tensor(0), std::move(mask)};
}

Status emit_dropout(EmitContext& e, const Node& node) {
  if (node.outputs.size() > 1 && node.outputs[1] != kNoValue)
    return e.refuse(Code::kUnsupported, "the mask of a dropout that drops nothing");
  TACIT_ASSIGN(Form x, e.form(node.inputs[0]));
  return e.set(node.outputs[0], std::move(x));
}

}  // namespace

TACIT_OPERATORS(identity) {
  using enum AttributeType;
  table.add({.name = "Identity", .opsets = {7, 26}, .inputs = {1, 1}, .shape = same_type, .move = keep_elements});
  table.add({.name = "Dropout",
             .opsets = {7, 11},
             .inputs = {1, 1},
             .outputs = {1, 2},
             .attributes = {{"ratio", kReal}},
             .shape = shape_dropout,
             .eval = eval_dropout,
             .emit = emit_dropout});
  table.add({.name = "Dropout",
             .opsets = {12, 26},
             .inputs = {1, 3},
             .outputs = {1, 2},
             .attributes = {{"seed", kInt}},
             .shape = shape_dropout,
             .eval = eval_dropout,
             .emit = emit_dropout});
}

}  // namespace tacit::model
