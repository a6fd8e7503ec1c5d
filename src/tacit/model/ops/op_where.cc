// Where: condition ? X : Y with broadcasting. The condition must be constant, and is public like all of the architecture:
//   out = (1 − c)·Y + c·X,   a constant branch as weights, another as a product with the condition.
#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

Result<Types> shape_where(const Args& args) {
  if (args.type(0).dtype != DType::kBool) return args.refuse(Code::kBadModel, "the condition must be bool");
  TACIT_TRY(one_type(args, Kind::kAny, {1, 2}));
  TACIT_ASSIGN(Shape shape, broadcast_shapes(args, args.shape(1), args.shape(2)));
  TACIT_ASSIGN(shape, broadcast_shapes(args, args.shape(0), shape));
  return Types{{args.type(1).dtype, std::move(shape)}};
}

Result<Tensors> eval_where(const Args& args, const Types& outputs) {
  Tensor y(outputs[0]);
  const Shape& shape = y.shape();
  const std::array<Shape, 3> strides = {broadcast_strides(args.shape(0), shape),
                                        broadcast_strides(args.shape(1), shape),
                                        broadcast_strides(args.shape(2), shape)};
  walk(shape, strides, [&](size_t i, const auto& at) {
    const size_t from = args.tensor(0).ints()[static_cast<size_t>(at[0])] != 0 ? 1 : 2;
    if (y.is_real()) {
      y.reals()[i] = args.tensor(from).reals()[static_cast<size_t>(at[from])];
    } else {
      y.ints()[i] = args.tensor(from).ints()[static_cast<size_t>(at[from])];
    }
  });
  return Tensors{std::move(y)};
}

// One branch where the condition equals `chosen`, zero elsewhere; a constant at an exponent no smaller than the least.
Result<Form> branch(EmitContext& e, const Node& node, size_t which, int64_t chosen, int least_exponent) {
  const Tensor& condition = *e.constant(node.inputs[0]);
  const Shape& shape = e.graph().type(node.outputs[0]).shape;
  const auto constant = e.constant(node.inputs[which]);
  if (constant == nullptr) {
    Tensor mask = condition;
    for (int64_t& v : mask.ints()) v = (v != 0) == (chosen != 0);
    TACIT_ASSIGN(Form x, e.operand(node.inputs[which]));
    const Bounds bounds = x.bounds;
    TACIT_ASSIGN(Form y, e.multiply(std::move(x), e.public_constant(mask)));
    y.bounds = {std::min<__int128>(bounds.low, 0), std::max<__int128>(bounds.high, 0)};
    return y;
  }
  Tensor part(ValueType{constant->dtype(), shape});
  walk(shape,
       std::array<Shape, 2>{broadcast_strides(condition.shape(), shape), broadcast_strides(constant->shape(), shape)},
       [&](size_t i, const auto& at) {
         if ((condition.ints()[static_cast<size_t>(at[0])] != 0) != (chosen != 0)) return;
         if (part.is_real()) {
           part.reals()[i] = constant->reals()[static_cast<size_t>(at[1])];
         } else {
           part.ints()[i] = constant->ints()[static_cast<size_t>(at[1])];
         }
       });
  return e.weights(std::make_shared<const Tensor>(std::move(part)), EmitContext::kBiasBits, least_exponent);
}

Status emit_where(EmitContext& e, const Node& node) {
  if (e.constant(node.inputs[0]) == nullptr) return e.refuse(Code::kUnsupported, "the condition must be constant");
  // What is computed first: a constant follows its scale.
  const size_t first = e.constant(node.inputs[1]) == nullptr ? 1 : 2, second = 3 - first;
  TACIT_ASSIGN(Form x, branch(e, node, first, first == 1, INT_MIN));
  TACIT_ASSIGN(Form y, branch(e, node, second, second == 1, x.exponent));
  TACIT_ASSIGN(Form out, e.add(std::move(x), std::move(y)));
  return e.set(node.outputs[0], std::move(out));
}

}  // namespace

TACIT_OPERATORS(where) {
  table.add({.name = "Where",
             .opsets = {9, 26},
             .inputs = {3, 3},
             .shape = shape_where,
             .eval = eval_where,
             .emit = emit_where});
}

}  // namespace tacit::model
