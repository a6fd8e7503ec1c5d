// SoftmaxProduct (domain "tacit"): Softmax of scores along their last axis, times a matrix; what attention ends with. The
// compiler makes it where the probabilities serve nothing else.
//   inputs     scores [.., q, k], values [.., k, c], hidden (bool, optional; broadcasts to the scores)
//   attributes scale: the scores are multiplied by it first; fill: what replaces a hidden score; without it, a hidden
//              score weighs nothing. Both are public: they belong to the architecture.
// In integers the exponentials are multiplied first, then each row by ⌊2^K / its sum⌋: out = Σ e·v · ⌊2^K / Σ e⌋ / 2^K.
#include <cmath>

#include "tacit/model/ops/common.h"
#include "tacit/model/ops/matrix.h"

namespace tacit::model {
namespace {

constexpr size_t kHidden = 2;

Result<Types> shape_softmax_product(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0, 1}));
  const Shape& scores = args.shape(0);
  const Shape& values = args.shape(1);
  if (scores.size() < 2 || values.size() < 2 || scores.back() != values[values.size() - 2] || scores.back() == 0)
    return args.refuse(Code::kBadModel,
                       "the scores " + shape_text(scores) + " don't fit the values " + shape_text(values));
  if (args.has(kHidden)) {
    if (args.type(kHidden).dtype != DType::kBool) return args.refuse(Code::kBadModel, "the mask must be bool");
    TACIT_ASSIGN(const Shape common, broadcast_shapes(args, scores, args.shape(kHidden)));
    if (common != scores) return args.refuse(Code::kBadModel, "the mask doesn't broadcast to the scores");
  }
  TACIT_ASSIGN(Shape y, broadcast_shapes(args, Shape(scores.begin(), scores.end() - 2),
                                         Shape(values.begin(), values.end() - 2)));
  y.push_back(scores[scores.size() - 2]);
  y.push_back(values.back());
  return Types{{args.type(0).dtype, std::move(y)}};
}

Result<Tensors> eval_softmax_product(const Args& args, const Types& outputs) {
  Tensor weights = args.tensor(0);
  for (double& v : weights.reals()) v *= args.node().real("scale", 1);
  if (args.has(kHidden)) {
    const double fill = args.node().real("fill", -INFINITY);
    walk(weights.shape(), std::array<Shape, 1>{broadcast_strides(args.shape(kHidden), weights.shape())},
         [&](size_t i, const auto& at) {
           if (args.tensor(kHidden).ints()[static_cast<size_t>(at[0])] != 0) weights.reals()[i] = fill;
         });
  }
  const int64_t length = weights.shape().back(), columns = outputs[0].shape.back();
  for (size_t first = 0; first < weights.size(); first += static_cast<size_t>(length)) {
    const auto row = weights.reals().subspan(first, static_cast<size_t>(length));
    const double top = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (double& v : row) sum += v = std::exp(v - top);
    for (double& v : row) v /= sum;
  }
  Tensor y(outputs[0]);
  const Shape& shape = y.shape();
  const Shape batch(shape.begin(), shape.end() - 2);
  const auto strides = [&](const Shape& from) { return broadcast_strides(Shape(from.begin(), from.end() - 2), batch); };
  const int64_t rows = shape[shape.size() - 2];
  walk(batch, std::array<Shape, 2>{strides(args.shape(0)), strides(args.shape(1))}, [&](size_t b, const auto& at) {
    const double* a = weights.reals().data() + at[0] * rows * length;
    const double* v = args.tensor(1).reals().data() + at[1] * length * columns;
    double* out = y.reals().data() + static_cast<int64_t>(b) * rows * columns;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t k = 0; k < length; ++k)
        for (int64_t c = 0; c < columns; ++c) out[i * columns + c] += a[i * length + k] * v[k * columns + c];
  });
  return Tensors{std::move(y)};
}

Result<ScoreMask> score_mask(EmitContext& e, const Node& node, const Args& args) {
  if (args.known(kHidden) == nullptr) return e.refuse(Code::kUnsupported, "the mask must be constant");
  // Of the scores' rank, and as long as they are along the row.
  const Shape& scores = args.shape(0);
  Shape shape(scores.size() - args.rank(kHidden), 1);
  shape.insert(shape.end(), args.shape(kHidden).begin(), args.shape(kHidden).end());
  shape.back() = scores.back();
  ScoreMask mask;
  mask.hidden = Tensor(ValueType{DType::kBool, shape});
  walk(shape, std::array<Shape, 1>{broadcast_strides(args.shape(kHidden), shape)}, [&](size_t i, const auto& at) {
    mask.hidden.ints()[i] = args.tensor(kHidden).ints()[static_cast<size_t>(at[0])];
  });
  const size_t length = static_cast<size_t>(shape.back());
  shape.back() = 1;
  mask.count = mask.none = Tensor(ValueType{DType::kInt64, shape});
  for (size_t i = 0; i < mask.hidden.size(); ++i) mask.count.ints()[i / length] += mask.hidden.ints()[i];
  if (node.has("fill")) mask.fill = node.real("fill", 0);
  for (size_t row = 0; row < mask.count.size(); ++row) {
    mask.none.ints()[row] = mask.count.ints()[row] == 0;
    if (!mask.fill && mask.count.ints()[row] == static_cast<int64_t>(length))
      return e.refuse(Code::kUnsupported, "a row of which everything is hidden");
  }
  return mask;
}

// The scores times a public factor, of 15 bits unless it is a power of two.
Form scaled_scores(Form scores, double factor) {
  constexpr int kFactorBits = 15;
  const int exponent = log2_above(factor);
  if (std::ldexp(1, exponent) != factor) {
    scores = scaled(std::move(scores), std::llround(std::ldexp(factor, kFactorBits - exponent)));
    scores.exponent -= kFactorBits;
  }
  scores.exponent += exponent;
  return scores;
}

Status emit_softmax_product(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  const size_t rank = args.rank(0), rank_v = args.rank(1);
  const MatrixAxes left = {rank - 2, rank - 1}, right = {rank_v - 1, rank_v - 2};
  std::vector<bool> last(rank, false);
  last.back() = true;
  std::optional<ScoreMask> mask;
  if (args.has(kHidden)) {
    TACIT_ASSIGN(mask, score_mask(e, node, args));
  }
  TACIT_ASSIGN(Form scores, e.form(node.inputs[0]));
  const double scale = node.real("scale", 1);
  if (!(scale > 0x1p-32 && scale < 0x1p32)) return e.refuse(Code::kUnsupported, "a scale that is not positive");
  if (magnitude(statement::hull(e.system(), scores.view)) >> 44 != 0) {
    TACIT_ASSIGN(scores, e.cells(node.inputs[0]));
  }
  scores = scaled_scores(std::move(scores), scale);
  TACIT_ASSIGN(const Form values, e.operand(node.inputs[1]));
  TACIT_ASSIGN(const Exponentials parts, e.exponentials(scores, last, mask ? &*mask : nullptr));
  TACIT_ASSIGN(Form sum, matrix_product(e, parts.e, left, values, right));
  if (parts.fill) {
    // What the fill weighs, times the sum of the values that are hidden.
    TACIT_ASSIGN(Form hidden, matrix_product(e, e.public_constant(mask->hidden), left, values, right));
    TACIT_ASSIGN(hidden, e.multiply(e.solid(hidden), *parts.fill));
    TACIT_ASSIGN(sum, e.add(std::move(sum), std::move(hidden)));
  }
  sum = e.solid(sum);
  // ⌊2^K / total⌋ has 15 bits or more, unless the product would grow too wide.
  const int log_length = statement::log2_ceil(static_cast<uint64_t>(args.shape(0).back()));
  int width = 0;
  while (magnitude(statement::hull(e.system(), sum.view)) >> width != 0) ++width;
  const int k = std::min(2 * EmitContext::kUnitBits + log_length, 58 - width + EmitContext::kUnitBits);
  if (k < EmitContext::kUnitBits + log_length + 8)
    return e.refuse(Code::kMayWrap, "the rows of a Softmax are too long to be normalised with its product");
  Form one = parts.total;
  one.view = statement::View{{}, int64_t{1} << k, 0};
  one.exponent = -k;
  one.bounds = {int64_t{1} << k, int64_t{1} << k};
  TACIT_ASSIGN(Form inverse, e.quotient(one, parts.total, k - EmitContext::kUnitBits + 1));
  TACIT_ASSIGN(Form y, e.multiply(std::move(sum), std::move(inverse)));
  // A mean of values, times 2^K at most.
  const __int128 one_k = __int128{1} << k;
  y.bounds = {std::min<__int128>(values.bounds.low, 0) * one_k, std::max<__int128>(values.bounds.high, 0) * one_k};
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

TACIT_OPERATORS(attention) {
  table.add({.name = "SoftmaxProduct",
             .domain = "tacit",
             .opsets = {7, 26},
             .inputs = {2, 3},
             .attributes = {{"fill", AttributeType::kReal}, {"scale", AttributeType::kReal}},
             .shape = shape_softmax_product,
             .eval = eval_softmax_product,
             .emit = emit_softmax_product});
}

}  // namespace tacit::model
