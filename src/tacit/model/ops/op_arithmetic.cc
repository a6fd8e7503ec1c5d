// Add, Sub, Mul, Div, Neg: element by element, with numpy broadcasting.
#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

using MaybeInt = std::optional<int64_t>;

MaybeInt add(int64_t a, int64_t b) {
  int64_t r;
  return __builtin_add_overflow(a, b, &r) ? MaybeInt{} : r;
}

MaybeInt subtract(int64_t a, int64_t b) {
  int64_t r;
  return __builtin_sub_overflow(a, b, &r) ? MaybeInt{} : r;
}

MaybeInt multiply(int64_t a, int64_t b) {
  int64_t r;
  return __builtin_mul_overflow(a, b, &r) ? MaybeInt{} : r;
}

// Integer division truncates toward zero.
MaybeInt divide(int64_t a, int64_t b) {
  if (b == 0 || (a == INT64_MIN && b == -1)) return {};
  return a / b;
}

Result<Tensors> eval_add(const Args& args, const Types& outputs) {
  return map_binary(
      args, outputs, [](double a, double b) { return a + b; }, add);
}

Result<Tensors> eval_sub(const Args& args, const Types& outputs) {
  return map_binary(
      args, outputs, [](double a, double b) { return a - b; }, subtract);
}

Result<Tensors> eval_mul(const Args& args, const Types& outputs) {
  return map_binary(
      args, outputs, [](double a, double b) { return a * b; }, multiply);
}

Result<Tensors> eval_div(const Args& args, const Types& outputs) {
  return map_binary(
      args, outputs, [](double a, double b) { return a / b; }, divide);
}

Result<Tensors> eval_neg(const Args& args, const Types& outputs) {
  return map_unary(
      args, outputs, [](double x) { return -x; }, [](int64_t x) { return subtract(0, x); });
}

// The inputs as forms that add up: a constant becomes weights at the other side's scale.
Result<std::pair<Form, Form>> summands(EmitContext& e, const Node& node) {
  std::pair<Form, Form> out;
  Form* forms[2] = {&out.first, &out.second};
  for (int i : {0, 1}) {
    if (e.constant(node.inputs[i]) == nullptr) {
      TACIT_ASSIGN(*forms[i], e.form(node.inputs[i]));
    }
  }
  for (int i : {0, 1}) {
    if (e.constant(node.inputs[i]) != nullptr) {
      TACIT_ASSIGN(*forms[i], e.bias(node.inputs[i], forms[1 - i]->exponent));
    }
  }
  return out;
}

Status emit_sum(EmitContext& e, const Node& node, int64_t sign) {
  TACIT_ASSIGN(auto terms, summands(e, node));
  TACIT_ASSIGN(Form sum, e.add(std::move(terms.first), scaled(std::move(terms.second), sign)));
  return e.set(node.outputs[0], std::move(sum));
}

Status emit_add(EmitContext& e, const Node& node) { return emit_sum(e, node, 1); }
Status emit_sub(EmitContext& e, const Node& node) { return emit_sum(e, node, -1); }

Status emit_mul(EmitContext& e, const Node& node) {
  // A constant is the second operand: sums over the first one's labels are cheaper.
  const bool swapped = e.constant(node.inputs[0]) != nullptr;
  TACIT_ASSIGN(Form a, e.operand(node.inputs[swapped ? 1 : 0]));
  TACIT_ASSIGN(Form c, e.operand(node.inputs[swapped ? 0 : 1]));
  TACIT_ASSIGN(Form y, e.multiply(std::move(a), std::move(c)));
  return e.set(node.outputs[0], std::move(y));
}

// By a constant: a product with its reciprocals. By positive values: a product with their inverses, which are to 2^−13
// of themselves over their whole range.
Status emit_div(EmitContext& e, const Node& node) {
  if (!is_real(e.graph().type(node.outputs[0]).dtype))
    return e.refuse(Code::kUnsupported, "division of integers that depend on the model's input");
  const auto divisor = e.constant(node.inputs[1]);
  TACIT_ASSIGN(Form a, e.operand(node.inputs[0]));
  Form c;
  if (divisor != nullptr) {
    Tensor reciprocal = *divisor;
    for (double& v : reciprocal.reals()) v = 1 / v;
    TACIT_ASSIGN(c,
                 e.weights(std::make_shared<const Tensor>(std::move(reciprocal)), EmitContext::kWeightBits, INT_MIN));
  } else {
    constexpr int kGuardBits = 12;
    if (e.spread(node.inputs[1]).low < 0) return e.refuse(Code::kUnsupported, "a divisor that takes negative values");
    TACIT_ASSIGN(c, e.operand(node.inputs[1]));
    TACIT_ASSIGN(c, e.relu(c, e.spread(node.inputs[1])));
    TACIT_ASSIGN(c, e.never_zero(c, kGuardBits));
    TACIT_ASSIGN(c, e.power(Function::kInverseOfMiddle, c));
    c = e.solid(c);
  }
  TACIT_ASSIGN(Form y, e.multiply(std::move(a), std::move(c)));
  return e.set(node.outputs[0], std::move(y));
}

Status emit_neg(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(Form x, e.form(node.inputs[0]));
  return e.set(node.outputs[0], scaled(std::move(x), -1));
}

}  // namespace

TACIT_OPERATORS(arithmetic) {
  struct Binary {
    std::string_view name;
    EvalRule eval;
    EmitRule emit;
  };
  for (const Binary& op : {Binary{"Add", eval_add, emit_add},
                           {"Sub", eval_sub, emit_sub},
                           {"Mul", eval_mul, emit_mul},
                           {"Div", eval_div, emit_div}}) {
    table.add({.name = op.name,
               .opsets = {7, 26},
               .inputs = {2, 2},
               .shape = broadcast_numbers,
               .eval = op.eval,
               .emit = op.emit});
  }
  table.add(
      {.name = "Neg", .opsets = {7, 26}, .inputs = {1, 1}, .shape = same_number, .eval = eval_neg, .emit = emit_neg});
}

}  // namespace tacit::model
