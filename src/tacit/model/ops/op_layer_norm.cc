// LayerNormalization and RMSNormalization over the axes from `axis` on:
//   LayerNormalization   y = (x − mean) / √(variance + epsilon) · scale + bias
//   RMSNormalization     y = x / √(mean square + epsilon) · scale
//
// In integers, for rows of n elements with Q = Σ x², S = Σ x or, for RMSNormalization, S = 0:
//   N = n·Q − S² + E,   E = max(1, round(n²·epsilon)),   y = (n·x − S) · 1/√N
// all exact but 1/√N, which is one number a row.
#include <cmath>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

enum class Centred : uint8_t { kNo, kYes };

Result<size_t> first_axis(const Args& args) {
  return resolve_axis(args, args.node().integer("axis", -1), args.rank(0));
}

// The outputs of LayerNormalization beyond the first are its statistics: mean and 1/√(variance + epsilon) of each row.
Result<Types> shape_norm(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0, 1, 2}));
  if (args.node().integer("stash_type", 1) != 1) return args.refuse(Code::kUnsupported, "stash_type must be 1");
  TACIT_ASSIGN(const size_t axis, first_axis(args));
  Shape rest(args.shape(0).begin() + static_cast<std::ptrdiff_t>(axis), args.shape(0).end());
  if (span_size(rest, 0, rest.size()) == 0) return args.refuse(Code::kBadModel, "there is nothing to normalise");
  for (size_t i : {1, 2}) {
    if (!args.has(i)) continue;
    TACIT_ASSIGN(const Shape common, broadcast_shapes(args, args.shape(0), args.shape(i)));
    if (common != args.shape(0)) return args.refuse(Code::kBadModel, "scale and bias must broadcast to the input");
  }
  ValueType statistics = args.type(0);
  for (size_t i = axis; i < statistics.shape.size(); ++i) statistics.shape[i] = 1;
  return Types{args.type(0), statistics, statistics};
}

template <Centred centred>
Result<Tensors> eval_norm(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const size_t axis, first_axis(args));
  const double epsilon = args.node().real("epsilon", 1e-5);
  const Tensor& x = args.tensor(0);
  Tensor y(outputs[0]), means(outputs[1]), inverses(outputs[2]);
  const size_t n = static_cast<size_t>(span_size(x.shape(), axis, x.rank()));
  for (size_t row = 0; row < x.size() / n; ++row) {
    const auto in = x.reals().subspan(row * n, n);
    double mean = 0, squares = 0;
    for (double v : in) mean += v / static_cast<double>(n);
    if (centred == Centred::kNo) mean = 0;
    for (double v : in) squares += (v - mean) * (v - mean) / static_cast<double>(n);
    const double inverse = 1 / std::sqrt(squares + epsilon);
    means.reals()[row] = mean;
    inverses.reals()[row] = inverse;
    for (size_t i = 0; i < n; ++i) y.reals()[row * n + i] = (in[i] - mean) * inverse;
  }
  std::array<Shape, 2> strides = {Shape(x.rank(), 0), Shape(x.rank(), 0)};
  for (size_t i : {1, 2})
    if (args.has(i)) strides[i - 1] = broadcast_strides(args.shape(i), x.shape());
  walk(x.shape(), strides, [&](size_t i, const auto& at) {
    if (args.has(1)) y.reals()[i] *= args.tensor(1).reals()[static_cast<size_t>(at[0])];
    if (args.has(2)) y.reals()[i] += args.tensor(2).reals()[static_cast<size_t>(at[1])];
  });
  return Tensors{std::move(y), std::move(means), std::move(inverses)};
}

// Sums over the labels of the reduced axes; the other axes stay.
struct Rows {
  int64_t length = 1;
  std::vector<uint32_t> inner;
  std::vector<Shared> all;
};

Form rows_of(Product product, const Form& x, size_t axis) {
  Form out = std::move(product.form);
  for (size_t i = 0; i < x.axes.size(); ++i) {
    out.axes.emplace_back();
    if (i >= axis) continue;
    for (uint32_t label : x.axes[i]) out.axes.back().push_back(product.from_a[label]);
  }
  return out;
}

// N of the header, as integers.
Result<Form> deviation(EmitContext& e, const Form& x, const Form* sum, const Rows& rows, size_t axis, double epsilon) {
  TACIT_ASSIGN(Product squares, e.contract(x, x, rows.all, rows.inner));
  Form out = scaled(rows_of(std::move(squares), x, axis), rows.length);
  const __int128 most = out.bounds.high;
  if (sum != nullptr) {
    TACIT_ASSIGN(Form square, e.multiply(*sum, *sum));
    if (!align(out, square)) return e.refuse(Code::kUnsupported, "the axes were reshaped in ways that cut across");
    out = plus(std::move(out), scaled(std::move(square), -1));
    out.bounds = {0, most};  // by the inequality of Cauchy and Schwarz
  }
  const double n = static_cast<double>(rows.length), unit = std::ldexp(n * n * epsilon, -out.exponent);
  if (!(unit < 0x1p56)) return e.refuse(Code::kMayWrap, "epsilon is too large for the input's scale");
  return shifted(std::move(out), std::max<int64_t>(1, std::llround(unit)));
}

template <Centred centred>
Status emit_norm(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  for (size_t i = 1; i < node.outputs.size(); ++i)
    if (node.outputs[i] != kNoValue) return e.refuse(Code::kUnsupported, "the statistics of a normalisation");
  TACIT_ASSIGN(const size_t axis, first_axis(args));
  TACIT_ASSIGN(Form x, e.operand(node.inputs[0]));
  Rows rows{.length = span_size(args.shape(0), axis, args.rank(0))};
  for (uint32_t label = 1; label < x.labels.axes.size(); ++label) rows.all.push_back({label, label});
  for (size_t i = axis; i < x.axes.size(); ++i) rows.inner.insert(rows.inner.end(), x.axes[i].begin(), x.axes[i].end());
  Form sum, centre = scaled(x, rows.length);
  if (centred == Centred::kYes) {
    TACIT_ASSIGN(Product total, e.contract(x, e.public_one(), {}, rows.inner));
    sum = e.solid(rows_of(std::move(total), x, axis));
    Form mean = sum;
    if (!align(centre, mean)) return e.refuse(Code::kUnsupported, "the axes were reshaped in ways that cut across");
    centre = plus(std::move(centre), scaled(std::move(mean), -1));
  }
  TACIT_ASSIGN(const Form squares,
               deviation(e, x, centred == Centred::kYes ? &sum : nullptr, rows, axis, node.real("epsilon", 1e-5)));
  TACIT_ASSIGN(const Form inverse, e.power(Function::kInverseSqrtOfMiddle, squares));
  TACIT_ASSIGN(Form y, e.multiply(std::move(centre), e.solid(inverse)));
  // Whatever the row, |x − mean| ≤ √n·deviation; the inverse may be too large by 2^−13.
  const double largest = std::ldexp(std::sqrt(static_cast<double>(rows.length)), -y.exponent);
  const auto most = static_cast<__int128>(largest * 1.001) + 1;
  y.bounds = {std::max(y.bounds.low, -most), std::min(y.bounds.high, most)};
  y.spread = e.spread(node.outputs[0]);
  if (args.has(1)) {
    y.spread = {};  // of the value before its scale nothing is known but its bounds
    if (!e.is_operand(y)) {
      TACIT_ASSIGN(y, e.fit(y));
    }
    TACIT_ASSIGN(Form scale, e.operand(node.inputs[1]));
    TACIT_ASSIGN(y, e.multiply(std::move(y), std::move(scale)));
  }
  if (args.has(2)) {
    Form bias;
    if (args.known(2) != nullptr) {
      TACIT_ASSIGN(bias, e.bias(node.inputs[2], y.exponent));
    } else {
      TACIT_ASSIGN(bias, e.form(node.inputs[2]));
    }
    TACIT_ASSIGN(y, e.add(std::move(y), std::move(bias)));
  }
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

TACIT_OPERATORS(layer_norm) {
  using enum AttributeType;
  const std::vector<AttributeRule> attributes = {{"axis", kInt}, {"epsilon", kReal}, {"stash_type", kInt}};
  // Patterns of an older opset become these operators too.
  table.add({.name = "LayerNormalization",
             .opsets = {7, 26},
             .inputs = {1, 3},
             .outputs = {1, 3},
             .attributes = attributes,
             .shape = shape_norm,
             .eval = eval_norm<Centred::kYes>,
             .emit = emit_norm<Centred::kYes>});
  table.add({.name = "RMSNormalization",
             .opsets = {7, 26},
             .inputs = {1, 2},
             .attributes = attributes,
             .shape = shape_norm,
             .eval = eval_norm<Centred::kNo>,
             .emit = emit_norm<Centred::kNo>});
}

}  // namespace tacit::model
