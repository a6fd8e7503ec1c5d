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

}  // namespace

TACIT_OPERATORS(arithmetic) {
  struct Binary {
    std::string_view name;
    EvalRule eval;
  };
  for (const Binary& op :
       {Binary{"Add", eval_add}, {"Sub", eval_sub}, {"Mul", eval_mul}, {"Div", eval_div}}) {
    table.add(
        {.name = op.name, .opsets = {7, 26}, .inputs = {2, 2}, .shape = broadcast_numbers, .eval = op.eval});
  }
  table.add({.name = "Neg", .opsets = {7, 26}, .inputs = {1, 1}, .shape = same_number, .eval = eval_neg});
}

}  // namespace tacit::model
