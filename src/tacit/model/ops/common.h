// Helpers that the rules of many operators share: numpy broadcasting, axes, walks over strided views, and
// element-by-element evaluation with exact integers.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>

#include "tacit/base/check.h"
#include "tacit/model/ops/operator.h"
#include "tacit/model/quant/emit.h"

namespace tacit::model {

enum class Kind : uint8_t { kReal, kNumber, kAny };  // float types · all but bool · all

// All listed inputs (those present) have one declared type, of the kind given. Error: kUnsupported or
// kBadModel.
Status one_type(const Args& args, Kind kind, std::initializer_list<size_t> inputs);

// Shape rules: one output of the type of input 0, which is of any kind, a number, or a float.
Result<Types> same_type(const Args& args);
Result<Types> same_number(const Args& args);
Result<Types> same_real(const Args& args);
// Shape rule of two-sided broadcasting over numbers: inputs 0 and 1 have one declared type.
Result<Types> broadcast_numbers(const Args& args);

// The common shape of two operands under numpy's rule. Error: kBadModel.
Result<Shape> broadcast_shapes(const Args& args, const Shape& a, const Shape& b);
// Strides with which a tensor of shape `from` is read as one of shape `to`: 0 along the axes that repeat.
// Requires that `from` broadcasts to `to`.
Shape broadcast_strides(const Shape& from, const Shape& to);

// An axis in [−rank, rank) as one in [0, rank). Error: kBadModel.
Result<size_t> resolve_axis(const Args& args, int64_t axis, size_t rank);
// The same for a list without repetitions, as a mask over the axes.
Result<std::vector<bool>> resolve_axes(const Args& args, std::span<const int64_t> axes, size_t rank);

// Product of the lengths of the axes in [begin, end).
int64_t span_size(const Shape& shape, size_t begin, size_t end);

// The most axes that walk() takes: Tile walks two for each of its own.
inline constexpr size_t kMaxWalkRank = 2 * kMaxRank;

// Calls f(i, positions) for every element i of a shape in row-major order, with positions[j] = Σ index ·
// strides[j].
template <size_t N, class F>
void walk(const Shape& shape, const std::array<Shape, N>& strides, F f) {
  const int64_t count = span_size(shape, 0, shape.size());
  TACIT_CHECK(shape.size() <= kMaxWalkRank);
  std::array<int64_t, kMaxWalkRank> index{};
  std::array<int64_t, N> at{};
  for (int64_t i = 0; i < count; ++i) {
    f(static_cast<size_t>(i), at);
    for (size_t axis = shape.size(); axis-- > 0;) {
      for (size_t j = 0; j < N; ++j) at[j] += strides[j][axis];
      if (++index[axis] < shape[axis]) break;
      for (size_t j = 0; j < N; ++j) at[j] -= strides[j][axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

// A Move that reads one input with strides: element at `index` comes from offset + Σ index · strides.
Move strided_move(uint32_t input, const Shape& shape, int64_t offset, const Shape& strides);
// The Move of an operator that keeps the elements of input 0 and their order.
Result<std::vector<Move>> keep_elements(const Args& args, const Types& outputs);

// The error for an integer result outside its declared type.
tl::unexpected<Error> out_of_range(const Args& args, DType dtype);

// Each output element from one element of input 0: real(double) → double, whole(int64) → optional, nullopt
// when the result doesn't fit an int64.
template <class RealOp, class IntOp>
Result<Tensors> map_unary(const Args& args, const Types& outputs, RealOp real, IntOp whole) {
  const Tensor& x = args.tensor(0);
  Tensor y(outputs[0]);
  if (y.is_real()) {
    for (size_t i = 0; i < y.size(); ++i) y.reals()[i] = real(x.reals()[i]);
    return Tensors{std::move(y)};
  }
  const IntRange range = int_range(y.dtype());
  for (size_t i = 0; i < y.size(); ++i) {
    std::optional<int64_t> v = whole(x.ints()[i]);
    if (!v || *v < range.min || *v > range.max) return out_of_range(args, y.dtype());
    y.ints()[i] = *v;
  }
  return Tensors{std::move(y)};
}

// Each output element from one element of input 0 and one of input 1, with broadcasting.
template <class RealOp, class IntOp>
Result<Tensors> map_binary(const Args& args, const Types& outputs, RealOp real, IntOp whole) {
  const Tensor& a = args.tensor(0);
  const Tensor& b = args.tensor(1);
  Tensor y(outputs[0]);
  const std::array<Shape, 2> strides = {broadcast_strides(a.shape(), y.shape()),
                                        broadcast_strides(b.shape(), y.shape())};
  if (y.is_real()) {
    walk(y.shape(), strides, [out = y.reals(), x = a.reals(), z = b.reals(), &real](size_t i, const auto& at) {
      out[i] = real(x[at[0]], z[at[1]]);
    });
    return Tensors{std::move(y)};
  }
  bool fits = true;
  const IntRange range = int_range(y.dtype());
  walk(y.shape(), strides, [&, out = y.ints(), x = a.ints(), z = b.ints()](size_t i, const auto& at) {
    std::optional<int64_t> v = whole(x[at[0]], z[at[1]]);
    fits = fits && v && *v >= range.min && *v <= range.max;
    out[i] = v.value_or(0);
  });
  if (!fits) return out_of_range(args, y.dtype());
  return Tensors{std::move(y)};
}

// What emit rules see of a node.
Args emit_args(const EmitContext& context, const Node& node);

// The maximum along a logical axis, which loses its labels. Requires an operand, and returns one.
Result<Form> largest_along(EmitContext& e, Form x, size_t axis);
// A convolution's output y [samples, features, …] plus its bias, if the node has one as its third input.
Result<Form> plus_bias(EmitContext& e, const Node& node, Form y);

// Positions in a list of labels, sorted by label: the order of storage.
std::vector<uint32_t> by_label(const std::vector<uint32_t>& labels);

// The IntOp of an operator that exists for float types only; its shape rule lets no integers through.
struct NoIntegers {
  template <class... T>
  std::optional<int64_t> operator()(T...) const {
    return std::nullopt;
  }
};

}  // namespace tacit::model
