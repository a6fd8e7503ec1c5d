// Relu, LeakyRelu, PRelu, Clip: element by element, piecewise linear.
#include <algorithm>
#include <cmath>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

Result<Tensors> eval_relu(const Args& args, const Types& outputs) {
  return map_unary(
      args, outputs, [](double x) { return x > 0 ? x : 0; },
      [](int64_t x) { return std::optional(std::max<int64_t>(x, 0)); });
}

Result<Tensors> eval_leaky_relu(const Args& args, const Types& outputs) {
  const double alpha = args.node().real("alpha", 0.01);
  return map_unary(
      args, outputs, [alpha](double x) { return x < 0 ? alpha * x : x; }, NoIntegers{});
}

// The slope broadcasts to the input, never the other way round.
Result<Types> shape_prelu(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0, 1}));
  TACIT_ASSIGN(Shape shape, broadcast_shapes(args, args.shape(0), args.shape(1)));
  if (shape != args.shape(0)) {
    return args.refuse(Code::kBadModel, "the slope " + shape_text(args.shape(1)) + " doesn't broadcast to the input " +
                                            shape_text(args.shape(0)));
  }
  return Types{args.type(0)};
}

Result<Tensors> eval_prelu(const Args& args, const Types& outputs) {
  return map_binary(
      args, outputs, [](double x, double slope) { return x < 0 ? slope * x : x; }, NoIntegers{});
}

// Up to opset 10 the bounds are attributes.
Result<Tensors> eval_clip_attributes(const Args& args, const Types& outputs) {
  const double low = args.node().real("min", -INFINITY);
  const double high = args.node().real("max", INFINITY);
  return map_unary(
      args, outputs, [=](double x) { return std::min(std::max(x, low), high); }, NoIntegers{});
}

// From opset 11 on they are optional scalar inputs.
Result<Types> shape_clip(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kNumber, {0, 1, 2}));
  for (size_t i : {1, 2}) {
    if (args.has(i) && args.shape(i) != Shape{} && args.shape(i) != Shape{1}) {
      return args.refuse(Code::kBadModel, "a bound must be a scalar, not " + shape_text(args.shape(i)));
    }
  }
  return Types{args.type(0)};
}

Result<Tensors> eval_clip(const Args& args, const Types& outputs) {
  double low = -INFINITY, high = INFINITY;
  int64_t int_low = INT64_MIN, int_high = INT64_MAX;
  if (is_real(outputs[0].dtype)) {
    if (args.has(1)) low = args.tensor(1).reals()[0];
    if (args.has(2)) high = args.tensor(2).reals()[0];
  } else {
    if (args.has(1)) int_low = args.tensor(1).ints()[0];
    if (args.has(2)) int_high = args.tensor(2).ints()[0];
  }
  // Where low > high the upper bound wins, as ONNX says.
  return map_unary(
      args, outputs, [=](double x) { return std::min(std::max(x, low), high); },
      [=](int64_t x) { return std::optional(std::min(std::max(x, int_low), int_high)); });
}

// max(x, 0), rounded to the output's scale in one step.
Status emit_relu(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(const Form x, e.form(node.inputs[0]));
  const bool real = is_real(e.graph().type(node.outputs[0]).dtype);
  TACIT_ASSIGN(Form y, real ? e.relu(x, e.spread(node.outputs[0])) : e.exact_relu(x));
  return e.set(node.outputs[0], std::move(y));
}

// The bits of a public factor.
constexpr int kFactorBits = 14;

// alpha·x + (1 − alpha)·max(x, 0).
Status emit_leaky_relu(EmitContext& e, const Node& node) {
  const double alpha = node.real("alpha", 0.01);
  const int64_t one = int64_t{1} << kFactorBits, factor = std::llround(alpha * static_cast<double>(one));
  if (std::fabs(alpha) > 16) return e.refuse(Code::kUnsupported, "alpha is larger than 16");
  TACIT_ASSIGN(const Form x, e.cells(node.inputs[0]));
  TACIT_ASSIGN(const Form positive, e.exact_relu(x));
  TACIT_ASSIGN(Form y, e.add(scaled(x, factor), scaled(positive, one - factor)));
  y.exponent -= kFactorBits;
  return e.set(node.outputs[0], std::move(y));
}

// x + (1 − slope)·max(−x, 0), for committed slopes.
Status emit_prelu(EmitContext& e, const Node& node) {
  const auto slope = e.constant(node.inputs[1]);
  if (slope == nullptr) return e.refuse(Code::kUnsupported, "the slope must be constant");
  Tensor rest = *slope;
  for (double& v : rest.reals()) v = 1 - v;
  TACIT_ASSIGN(Form x, e.cells(node.inputs[0]));
  TACIT_ASSIGN(Form negative, e.exact_relu(scaled(x, -1)));
  TACIT_ASSIGN(Form factor,
               e.weights(std::make_shared<const Tensor>(std::move(rest)), EmitContext::kWeightBits, INT_MIN));
  TACIT_ASSIGN(Form correction, e.multiply(std::move(negative), std::move(factor)));
  TACIT_ASSIGN(Form y, e.add(std::move(x), std::move(correction)));
  return e.set(node.outputs[0], std::move(y));
}

// The bounds are part of the architecture: public, at the output's scale.
Status emit_clip_between(EmitContext& e, const Node& node, double low, double high) {
  TACIT_ASSIGN(const Form x, e.form(node.inputs[0]));
  Spread spread = e.spread(node.outputs[0]);
  TACIT_ASSIGN(Form y, e.clip(x, low, high, spread));
  return e.set(node.outputs[0], std::move(y));
}

Status emit_clip_attributes(EmitContext& e, const Node& node) {
  return emit_clip_between(e, node, node.real("min", -INFINITY), node.real("max", INFINITY));
}

Status emit_clip(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  double bounds[2] = {-INFINITY, INFINITY};
  for (size_t i : {1, 2}) {
    if (!args.has(i)) continue;
    if (args.known(i) == nullptr) return e.refuse(Code::kUnsupported, "the bounds must be constant");
    bounds[i - 1] = args.tensor(i).as_real(0);
  }
  return emit_clip_between(e, node, bounds[0], bounds[1]);
}

}  // namespace

TACIT_OPERATORS(activation) {
  using enum AttributeType;
  table.add({.name = "Relu",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .shape = same_number,
             .eval = eval_relu,
             .emit = emit_relu});
  table.add({.name = "LeakyRelu",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .attributes = {{"alpha", kReal}},
             .shape = same_real,
             .eval = eval_leaky_relu,
             .emit = emit_leaky_relu});
  table.add({.name = "PRelu",
             .opsets = {7, 26},
             .inputs = {2, 2},
             .shape = shape_prelu,
             .eval = eval_prelu,
             .emit = emit_prelu});
  table.add({.name = "Clip",
             .opsets = {7, 10},
             .inputs = {1, 1},
             .attributes = {{"min", kReal}, {"max", kReal}},
             .shape = same_real,
             .eval = eval_clip_attributes,
             .emit = emit_clip_attributes});
  table.add({.name = "Clip",
             .opsets = {11, 26},
             .inputs = {1, 3},
             .shape = shape_clip,
             .eval = eval_clip,
             .emit = emit_clip});
}

}  // namespace tacit::model
