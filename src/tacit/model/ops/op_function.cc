// Functions of one variable, element by element. Most come from a table: a row of kFunctions is all that one needs.
#include <cmath>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

// Written so that exp never overflows.
double sigmoid(double x) {
  const double e = std::exp(-std::fabs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }
double gelu(double x) { return x / 2 * std::erfc(-x * M_SQRT1_2); }
double gelu_tanh(double x) { return x * sigmoid(2 * std::sqrt(M_2_PI) * (x + 0.044715 * x * x * x)); }

struct TableFunction {
  std::string_view name;
  int since;  // the first opset
  Function function;
  double (*real)(double);
};

constexpr TableFunction kFunctions[] = {
    {"Tanh", 7, Function::kTanh, [](double x) { return std::tanh(x); }},
    {"Erf", 9, Function::kErf, [](double x) { return std::erf(x); }},
    {"Exp", 7, Function::kExp, [](double x) { return std::exp(x); }},
    {"Softplus", 7, Function::kSoftplus, softplus},
    {"Mish", 18, Function::kMish, [](double x) { return x * std::tanh(softplus(x)); }},
};

EmitRule from_table(Function f) {
  return [f](EmitContext& e, const Node& node) -> Status {
    TACIT_ASSIGN(const Form x, e.form(node.inputs[0]));
    TACIT_ASSIGN(Form y, e.apply(f, x, e.spread(node.inputs[0]), e.spread(node.outputs[0])));
    return e.set(node.outputs[0], std::move(y));
  };
}

EvalRule from_double(double (*real)(double)) {
  return [real](const Args& args, const Types& outputs) { return map_unary(args, outputs, real, NoIntegers{}); };
}

// Where all values are near 1/2, their distance from it has the finer scale.
Status emit_sigmoid(EmitContext& e, const Node& node) {
  const Spread out = e.spread(node.outputs[0]);
  // The spread includes 0 for every value: the input tells the output's lowest.
  const double farthest = sigmoid(std::max(-e.spread(node.inputs[0]).low, e.spread(node.inputs[0]).high)) - 0.5;
  if (farthest >= 0.125) return from_table(Function::kSigmoid)(e, node);
  TACIT_ASSIGN(const Form x, e.form(node.inputs[0]));
  TACIT_ASSIGN(Form y, e.apply(Function::kSigmoidCentred, x, e.spread(node.inputs[0]), {-farthest, farthest}));
  y = shifted(std::move(y), int64_t{1} << (-y.exponent - 1));
  y.spread = out;
  return e.set(node.outputs[0], std::move(y));
}

// ---- Gelu, Swish, Elu: with an attribute

Result<bool> is_tanh_form(const Args& args) {
  const std::string form = args.node().text("approximate", "none");
  if (form == "none" || form == "tanh") return form == "tanh";
  return args.refuse(Code::kBadModel, "approximate has the unknown value '" + printable(form) + "'");
}

Result<Tensors> eval_gelu(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const bool by_tanh, is_tanh_form(args));
  return map_unary(args, outputs, by_tanh ? gelu_tanh : gelu, NoIntegers{});
}

Status emit_gelu(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(const bool by_tanh, is_tanh_form(emit_args(e, node)));
  return from_table(by_tanh ? Function::kGeluTanh : Function::kGelu)(e, node);
}

Result<Tensors> eval_swish(const Args& args, const Types& outputs) {
  const double alpha = args.node().real("alpha", 1);
  return map_unary(
      args, outputs, [alpha](double x) { return x * sigmoid(alpha * x); }, NoIntegers{});
}

Status emit_swish(EmitContext& e, const Node& node) {
  if (node.real("alpha", 1) != 1) return e.refuse(Code::kUnsupported, "an alpha other than 1");
  return from_table(Function::kSilu)(e, node);
}

Result<Tensors> eval_elu(const Args& args, const Types& outputs) {
  const double alpha = args.node().real("alpha", 1);
  return map_unary(
      args, outputs, [alpha](double x) { return x < 0 ? alpha * std::expm1(x) : x; }, NoIntegers{});
}

// alpha·elu(x) + (1 − alpha)·max(x, 0).
Status emit_elu(EmitContext& e, const Node& node) {
  const double alpha = node.real("alpha", 1);
  if (alpha == 1) return from_table(Function::kElu)(e, node);
  if (!(std::fabs(alpha) <= 16)) return e.refuse(Code::kUnsupported, "alpha is larger than 16");
  constexpr int kFactorBits = 14;
  const int64_t one = int64_t{1} << kFactorBits, factor = std::llround(alpha * static_cast<double>(one));
  TACIT_ASSIGN(const Form x, e.cells(node.inputs[0]));
  TACIT_ASSIGN(const Form positive, e.exact_relu(x));
  const Spread in = e.spread(node.inputs[0]);
  TACIT_ASSIGN(const Form curve, e.apply(Function::kElu, x, in, {-1, in.high}));
  TACIT_ASSIGN(Form y, e.add(scaled(curve, factor), scaled(positive, one - factor)));
  y.exponent -= kFactorBits;
  return e.set(node.outputs[0], std::move(y));
}

// ---- roots, logarithms and inverses: relative precision over the whole range

// The value as integers ≥ 1: a part of 2^−12 of a unit is added, so that zero is no special case; less is taken as
// zero.
Result<Form> positive(EmitContext& e, ValueId id) {
  constexpr int kGuardBits = 12;
  TACIT_ASSIGN(Form x, e.form(id));
  if (magnitude(x.bounds) >> 32 != 0) {
    TACIT_ASSIGN(x, e.cells(id));
  }
  TACIT_ASSIGN(x, e.relu(x, e.spread(id)));
  return e.never_zero(x, kGuardBits);
}

Status emit_sqrt(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(const Form x, positive(e, node.inputs[0]));
  TACIT_ASSIGN(Form y, e.power(Function::kSqrtOfMiddle, x));
  return e.set(node.outputs[0], std::move(y));
}

// What positive divisors are; a divisor of both signs has no provable inverse.
Status check_sign(EmitContext& e, ValueId id) {
  if (e.spread(id).low >= 0) return {};
  return e.refuse(Code::kUnsupported, "a divisor that takes negative values");
}

Status emit_reciprocal(EmitContext& e, const Node& node) {
  TACIT_TRY(check_sign(e, node.inputs[0]));
  TACIT_ASSIGN(const Form x, positive(e, node.inputs[0]));
  TACIT_ASSIGN(Form y, e.power(Function::kInverseOfMiddle, x));
  return e.set(node.outputs[0], std::move(y));
}

// The table's arguments are evenly spaced, so that it is coarse where the smallest values are.
Status emit_log(EmitContext& e, const Node& node) {
  constexpr double kTolerance = 1e-3;
  const Spread in = e.spread(node.inputs[0]), out = e.spread(node.outputs[0]);
  const double step = std::ldexp(1, log2_above(std::max(in.high * e.plan().headroom, 0x1p-60)) - e.plan().bits);
  const double span = std::max({1.0, -out.low, out.high}), lowest = std::exp(std::min(out.low, out.high));
  if (e.plan().bits >= 15 && out.low < 0 && step / 2 > kTolerance * span * lowest)
    return e.refuse(Code::kUnsupported, "the logarithm of values that are too far apart in size");
  return from_table(Function::kLog)(e, node);
}

// ---- Pow with a constant exponent

double power_of(double x, double y) { return std::pow(x, y); }

std::optional<int64_t> integer_power(int64_t x, int64_t y) {
  if (y < 0) return {};
  int64_t r = 1;
  for (int64_t i = 0; i < y; ++i) {
    if (__builtin_mul_overflow(r, x, &r)) return {};
    if (i > 64 && (r == 0 || r == 1)) return r;
    if (i > 64 && r == -1) return y % 2 == 0 ? 1 : -1;
  }
  return r;
}

Result<Types> shape_pow(const Args& args) {
  TACIT_ASSIGN(Shape shape, broadcast_shapes(args, args.shape(0), args.shape(1)));
  return Types{{args.type(0).dtype, std::move(shape)}};
}

Result<Tensors> eval_pow(const Args& args, const Types& outputs) {
  if (args.type(0).dtype == args.type(1).dtype) return map_binary(args, outputs, power_of, integer_power);
  // An exponent of another type: over doubles, and back.
  auto as_reals = [](const Tensor& t) {
    Tensor out(ValueType{DType::kFloat64, t.shape()});
    for (size_t i = 0; i < t.size(); ++i) out.reals()[i] = t.as_real(i);
    return out;
  };
  const Tensor a = as_reals(args.tensor(0)), b = as_reals(args.tensor(1));
  const Args reals(args.node(), {&a.type(), &b.type()}, {&a, &b});
  TACIT_ASSIGN(Tensors y, map_binary(reals, {{DType::kFloat64, outputs[0].shape}}, power_of, NoIntegers{}));
  const std::vector<double> values(y[0].reals().begin(), y[0].reals().end());
  if (is_real(outputs[0].dtype)) return Tensors{Tensor(outputs[0], values)};
  std::vector<int64_t> integers;
  for (double v : values) {
    if (!(std::fabs(v) < 0x1p53)) return out_of_range(args, outputs[0].dtype);
    integers.push_back(static_cast<int64_t>(v));
  }
  return Tensors{Tensor(outputs[0], std::move(integers))};
}

// x^n by squares and products; factors in between are cells.
Result<Form> whole_power(EmitContext& e, ValueId id, int n) {
  TACIT_ASSIGN(const Form x, e.operand(id));
  Form y = x;
  int high = 1;
  while (2 * high <= n) high *= 2;
  for (int bit = high / 2; bit > 0; bit /= 2) {
    if (!e.is_operand(y)) {
      TACIT_ASSIGN(y, e.fit(y));
    }
    TACIT_ASSIGN(y, e.multiply(y, y));
    if ((n & bit) == 0) continue;
    TACIT_ASSIGN(y, e.fit(y));
    TACIT_ASSIGN(y, e.multiply(std::move(y), x));
  }
  return y;
}

Status emit_pow(EmitContext& e, const Node& node) {
  const auto exponent = e.constant(node.inputs[1]);
  if (exponent == nullptr || exponent->size() != 1)
    return e.refuse(Code::kUnsupported, "the exponent must be a constant scalar");
  if (e.graph().type(node.inputs[0]).shape != e.graph().type(node.outputs[0]).shape)
    return e.refuse(Code::kUnsupported, "an exponent that adds axes");
  const double n = exponent->as_real(0);
  if (n == 0.5) return emit_sqrt(e, node);
  if (n == -1) return emit_reciprocal(e, node);
  if (n == -0.5) {
    TACIT_ASSIGN(const Form x, positive(e, node.inputs[0]));
    TACIT_ASSIGN(Form y, e.power(Function::kInverseSqrtOfMiddle, x));
    return e.set(node.outputs[0], std::move(y));
  }
  if (n == 1) {
    TACIT_ASSIGN(Form x, e.form(node.inputs[0]));
    return e.set(node.outputs[0], std::move(x));
  }
  if (n != std::trunc(n) || n < 2 || n > 16)
    return e.refuse(Code::kUnsupported, "exponents are -1, -0.5, 0.5 or whole numbers from 1 to 16");
  TACIT_ASSIGN(Form y, whole_power(e, node.inputs[0], static_cast<int>(n)));
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

TACIT_OPERATORS(function) {
  using enum AttributeType;
  auto add = [&table](Operator op) {
    if (!op.shape) op.shape = same_real;
    table.add(std::move(op));
  };
  for (const TableFunction& f : kFunctions)
    add({.name = f.name,
         .opsets = {f.since, 26},
         .inputs = {1, 1},
         .eval = from_double(f.real),
         .emit = from_table(f.function)});
  add({.name = "Sigmoid", .opsets = {7, 26}, .inputs = {1, 1}, .eval = from_double(sigmoid), .emit = emit_sigmoid});
  add({.name = "Gelu",
       .opsets = {7, 26},
       .inputs = {1, 1},
       .attributes = {{"approximate", kString}},
       .eval = eval_gelu,
       .emit = emit_gelu});
  add({.name = "Swish",
       .opsets = {7, 26},
       .inputs = {1, 1},
       .attributes = {{"alpha", kReal}},
       .eval = eval_swish,
       .emit = emit_swish});
  add({.name = "Elu",
       .opsets = {7, 26},
       .inputs = {1, 1},
       .attributes = {{"alpha", kReal}},
       .eval = eval_elu,
       .emit = emit_elu});
  add({.name = "Sqrt",
       .opsets = {7, 26},
       .inputs = {1, 1},
       .eval = from_double([](double x) { return std::sqrt(x); }),
       .emit = emit_sqrt});
  add({.name = "Reciprocal",
       .opsets = {7, 26},
       .inputs = {1, 1},
       .eval = from_double([](double x) { return 1 / x; }),
       .emit = emit_reciprocal});
  add({.name = "Log",
       .opsets = {7, 26},
       .inputs = {1, 1},
       .eval = from_double([](double x) { return std::log(x); }),
       .emit = emit_log});
  add({.name = "Pow", .opsets = {7, 26}, .inputs = {2, 2}, .shape = shape_pow, .eval = eval_pow, .emit = emit_pow});
}

}  // namespace tacit::model
