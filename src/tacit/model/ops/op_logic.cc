// Comparisons, boolean operators, and what shapes and masks are computed with: NonZero, Range, Trilu.
//
// They fold where their inputs are constants, which is how exporters use them; on a model's input they are refused.
#include <cmath>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

// bool outputs from two numbers of one type (any type: Equal compares bools too).
Result<Types> shape_comparison(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kAny, {0, 1}));
  TACIT_ASSIGN(Shape shape, broadcast_shapes(args, args.shape(0), args.shape(1)));
  return Types{{DType::kBool, std::move(shape)}};
}

Result<Types> shape_boolean(const Args& args) {
  for (size_t i = 0; i < args.size(); ++i)
    if (args.type(i).dtype != DType::kBool) return args.refuse(Code::kBadModel, "the operator takes bools");
  if (args.size() == 1) return Types{args.type(0)};
  return shape_comparison(args);
}

// Compares as doubles or as exact integers.
template <class Op>
Result<Tensors> eval_pairs(const Args& args, const Types& outputs) {
  const Tensor& a = args.tensor(0);
  const Tensor& b = args.tensor(1);
  Tensor y(outputs[0]);
  const std::array<Shape, 2> strides = {broadcast_strides(a.shape(), y.shape()),
                                        broadcast_strides(b.shape(), y.shape())};
  walk(y.shape(), strides, [&](size_t i, const auto& at) {
    const size_t j = static_cast<size_t>(at[0]), k = static_cast<size_t>(at[1]);
    y.ints()[i] = a.is_real() ? Op{}(a.reals()[j], b.reals()[k]) : Op{}(a.ints()[j], b.ints()[k]);
  });
  return Tensors{std::move(y)};
}

Result<Tensors> eval_not(const Args& args, const Types& outputs) {
  return map_unary(
      args, outputs, [](double x) { return x; }, [](int64_t x) { return std::optional<int64_t>(x == 0); });
}

// Positions of the elements that are not zero: [rank, number]. The number must be known.
Result<Types> shape_nonzero(const Args& args) {
  const Tensor* x = args.known(0);
  if (x == nullptr) return args.refuse(Code::kUnsupported, "the shape of the result depends on the model's input");
  int64_t n = 0;
  for (size_t i = 0; i < x->size(); ++i) n += x->as_real(i) != 0;
  return Types{{DType::kInt64, {static_cast<int64_t>(x->rank()), n}}};
}

Result<Tensors> eval_nonzero(const Args& args, const Types& outputs) {
  const Tensor& x = args.tensor(0);
  Tensor y(outputs[0]);
  const Shape steps = row_major_strides(x.shape());
  const size_t n = static_cast<size_t>(outputs[0].shape[1]);
  size_t found = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    if (x.as_real(i) == 0) continue;
    for (size_t axis = 0; axis < x.rank(); ++axis)
      y.ints()[axis * n + found] = static_cast<int64_t>(i) / steps[axis] % x.shape()[axis];
    ++found;
  }
  return Tensors{std::move(y)};
}

// start, start + delta, … below limit (above it where delta < 0).
Result<Types> shape_range(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kNumber, {0, 1, 2}));
  double v[3];
  for (size_t i = 0; i < 3; ++i) {
    if (args.known(i) == nullptr) return args.refuse(Code::kUnsupported, "start, limit and delta must be constant");
    if (args.tensor(i).size() != 1) return args.refuse(Code::kBadModel, "start, limit and delta must be scalars");
    v[i] = args.tensor(i).as_real(0);
  }
  const double n = v[2] == 0 ? NAN : std::ceil((v[1] - v[0]) / v[2]);
  if (!(n <= static_cast<double>(kMaxElements))) return args.refuse(Code::kTooLarge, "the range is too long");
  return Types{{args.type(0).dtype, {static_cast<int64_t>(std::max(n, 0.0))}}};
}

Result<Tensors> eval_range(const Args& args, const Types& outputs) {
  Tensor y(outputs[0]);
  for (size_t i = 0; i < y.size(); ++i) {
    if (y.is_real()) {
      y.reals()[i] = args.tensor(0).reals()[0] + static_cast<double>(i) * args.tensor(2).reals()[0];
    } else {
      y.ints()[i] = args.tensor(0).ints()[0] + static_cast<int64_t>(i) * args.tensor(2).ints()[0];
    }
  }
  return Tensors{std::move(y)};
}

Result<Types> shape_trilu(const Args& args) {
  if (args.rank(0) < 2) return args.refuse(Code::kBadModel, "the input must be a matrix or a stack of them");
  return Types{args.type(0)};
}

// The upper triangle (column ≥ row + k) or the lower one (column ≤ row + k); zero elsewhere.
Result<std::vector<Move>> move_trilu(const Args& args, const Types& outputs) {
  int64_t k = 0;
  if (args.has(1)) {
    TACIT_ASSIGN(const std::vector<int64_t> given, args.constant_ints(1, "k"));
    if (given.size() != 1) return args.refuse(Code::kBadModel, "k must be a scalar");
    k = std::clamp(given[0], -kMaxElements, kMaxElements);
  }
  const bool upper = args.node().integer("upper", 1) != 0;
  const Shape& shape = outputs[0].shape;
  const int64_t columns = shape.back(), rows = shape[shape.size() - 2];
  TACIT_ASSIGN(std::vector<Move> moves, keep_elements(args, outputs));
  for (size_t i = 0; i < moves[0].sources.size(); ++i) {
    const int64_t at = static_cast<int64_t>(i), column = at % columns, row = at / columns % rows;
    if (upper ? column < row + k : column > row + k) moves[0].sources[i] = {};
  }
  return moves;
}

struct And {
  int64_t operator()(double, double) const { return 0; }
  int64_t operator()(int64_t a, int64_t b) const { return (a & b) != 0; }
};
struct Or {
  int64_t operator()(double, double) const { return 0; }
  int64_t operator()(int64_t a, int64_t b) const { return (a | b) != 0; }
};
struct Xor {
  int64_t operator()(double, double) const { return 0; }
  int64_t operator()(int64_t a, int64_t b) const { return (a != 0) != (b != 0); }
};

}  // namespace

TACIT_OPERATORS(logic) {
  using enum AttributeType;
  struct Pairs {
    std::string_view name;
    ShapeRule shape;
    EvalRule eval;
  };
  for (const Pairs& op : {Pairs{"Equal", shape_comparison, eval_pairs<std::equal_to<>>},
                          {"Less", shape_comparison, eval_pairs<std::less<>>},
                          {"LessOrEqual", shape_comparison, eval_pairs<std::less_equal<>>},
                          {"Greater", shape_comparison, eval_pairs<std::greater<>>},
                          {"GreaterOrEqual", shape_comparison, eval_pairs<std::greater_equal<>>},
                          {"And", shape_boolean, eval_pairs<And>},
                          {"Or", shape_boolean, eval_pairs<Or>},
                          {"Xor", shape_boolean, eval_pairs<Xor>}})
    table.add({.name = op.name, .opsets = {7, 26}, .inputs = {2, 2}, .shape = op.shape, .eval = op.eval});
  table.add({.name = "Not", .opsets = {7, 26}, .inputs = {1, 1}, .shape = shape_boolean, .eval = eval_not});
  table.add({.name = "NonZero", .opsets = {9, 26}, .inputs = {1, 1}, .shape = shape_nonzero, .eval = eval_nonzero});
  table.add({.name = "Range", .opsets = {11, 26}, .inputs = {3, 3}, .shape = shape_range, .eval = eval_range});
  table.add({.name = "Trilu",
             .opsets = {14, 26},
             .inputs = {1, 2},
             .attributes = {{"upper", kInt}},
             .shape = shape_trilu,
             .move = move_trilu});
}

}  // namespace tacit::model
