// Cast between numeric types: float → integer truncates toward zero, anything → bool asks "not zero",
// anything → float rounds to the nearest value of the declared type. A result outside the target's range is
// an error, never wrapped.
#include <cmath>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

Result<Types> shape_cast(const Args& args) {
  TACIT_ASSIGN(const DType to, dtype_from_onnx(args.node().integer("to", 0), args.node().place()));
  return Types{{to, args.shape(0)}};
}

std::optional<int64_t> truncate(double x) {
  const double t = std::trunc(x);
  // Both bounds are exact doubles; NaN fails the comparison.
  if (!(t >= -0x1p63 && t < 0x1p63)) return {};
  return static_cast<int64_t>(t);
}

Result<Tensors> eval_cast(const Args& args, const Types& outputs) {
  const Tensor& x = args.tensor(0);
  Tensor y(outputs[0]);
  if (y.is_real()) {
    for (size_t i = 0; i < y.size(); ++i) y.reals()[i] = round_to(y.dtype(), x.as_real(i));
    return Tensors{std::move(y)};
  }
  const IntRange range = int_range(y.dtype());
  for (size_t i = 0; i < y.size(); ++i) {
    std::optional<int64_t> v;
    if (y.dtype() == DType::kBool) {
      v = x.as_real(i) != 0;
    } else {
      v = x.is_real() ? truncate(x.reals()[i]) : x.ints()[i];
    }
    if (!v || *v < range.min || *v > range.max) return out_of_range(args, y.dtype());
    y.ints()[i] = *v;
  }
  return Tensors{std::move(y)};
}

// Integers stay what they are where their type holds them all; floats only change their name.
Status emit_cast(EmitContext& e, const Node& node) {
  const DType to = e.graph().type(node.outputs[0]).dtype;
  TACIT_ASSIGN(Form x, e.form(node.inputs[0]));
  if (!is_real(to)) {
    if (is_real(e.graph().type(node.inputs[0]).dtype))
      return e.refuse(Code::kUnsupported, "a float can't be cast to an integer");
    const IntRange range = int_range(to);
    if (x.bounds.low < range.min || x.bounds.high > range.max)
      return e.refuse(Code::kUnsupported, std::string("integers that may leave the range of ") + dtype_name(to));
  }
  return e.set(node.outputs[0], std::move(x));
}

}  // namespace

TACIT_OPERATORS(cast) {
  using enum AttributeType;
  // `saturate` and `round_mode` concern 8-bit floats only, which are not supported as a target.
  table.add({.name = "Cast",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .attributes = {{"to", kInt}, {"saturate", kInt}, {"round_mode", kString}},
             .shape = shape_cast,
             .eval = eval_cast,
             .emit = emit_cast});
}

}  // namespace tacit::model
