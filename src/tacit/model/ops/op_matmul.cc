// Gemm: Y = alpha · A' · B' + beta · C.   MatMul: numpy's matrix product with broadcast batch axes.
#include "tacit/model/ops/common.h"
#include "tacit/model/ops/matrix.h"

namespace tacit::model {
namespace {

// acc += a · b; false when an integer doesn't fit.
bool accumulate(double& acc, double a, double b) {
  acc += a * b;
  return true;
}
bool accumulate(int64_t& acc, int64_t a, int64_t b) {
  int64_t product;
  return !__builtin_mul_overflow(a, b, &product) && !__builtin_add_overflow(acc, product, &acc);
}

// A rows × columns matrix inside a flat array; transposing it swaps the steps.
template <class T>
struct Matrix {
  const T* data;
  int64_t row_step;
  int64_t column_step;
};

// out[i][j] = Σ_k a[i][k] · b[k][j] for an m × n result; false when an integer doesn't fit. In tiles, so that a tile of
// the result stays in the cache while a strip of b goes by once.
template <class T>
bool multiply(Matrix<T> a, Matrix<T> b, int64_t m, int64_t depth, int64_t n, T* out) {
  constexpr int64_t kTileRows = 32, kTileColumns = 256;
  bool fits = true;
  for (int64_t j0 = 0; j0 < n; j0 += kTileColumns)
    for (int64_t i0 = 0; i0 < m; i0 += kTileRows)
      for (int64_t k = 0; k < depth; ++k)
        for (int64_t i = i0; i < std::min(m, i0 + kTileRows); ++i) {
          const T factor = a.data[i * a.row_step + k * a.column_step];
          const T* row = b.data + k * b.row_step;
          for (int64_t j = j0; j < std::min(n, j0 + kTileColumns); ++j)
            fits &= accumulate(out[i * n + j], factor, row[j * b.column_step]);
        }
  return fits;
}

std::span<const double> elements(const Tensor& t, double) { return t.reals(); }
std::span<const int64_t> elements(const Tensor& t, int64_t) { return t.ints(); }

Status check_range(const Args& args, const Tensor& y) {
  if (y.is_real()) return {};
  const IntRange range = int_range(y.dtype());
  for (int64_t v : y.ints()) {
    if (v < range.min || v > range.max) return out_of_range(args, y.dtype());
  }
  return {};
}

Result<Types> shape_gemm(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kNumber, {0, 1, 2}));
  if (args.rank(0) != 2 || args.rank(1) != 2) return args.refuse(Code::kBadModel, "A and B must be matrices");
  const Node& node = args.node();
  const bool trans_a = node.integer("transA", 0) != 0;
  const bool trans_b = node.integer("transB", 0) != 0;
  const Shape& a = args.shape(0);
  const Shape& b = args.shape(1);
  if (a[trans_a ? 0 : 1] != b[trans_b ? 1 : 0]) {
    return args.refuse(Code::kBadModel, "the inner lengths of " + shape_text(a) + " and " + shape_text(b) + " differ");
  }
  Shape y = {a[trans_a ? 1 : 0], b[trans_b ? 0 : 1]};
  if (args.has(2)) {
    TACIT_ASSIGN(Shape common, broadcast_shapes(args, y, args.shape(2)));
    if (common != y) return args.refuse(Code::kBadModel, "C " + shape_text(args.shape(2)) + " doesn't broadcast");
  } else if (node.opset < 11) {
    return args.refuse(Code::kBadModel, "C may be left out from opset 11 on only");
  }
  if (!is_real(args.type(0).dtype) && (node.real("alpha", 1) != 1 || node.real("beta", 1) != 1)) {
    return args.refuse(Code::kUnsupported, "integer matrices need alpha = beta = 1");
  }
  return Types{{args.type(0).dtype, std::move(y)}};
}

template <class T>
Result<Tensors> gemm(const Args& args, const ValueType& type) {
  const Node& node = args.node();
  const Shape& a = args.shape(0);
  const Shape& b = args.shape(1);
  const bool trans_a = node.integer("transA", 0) != 0;
  const bool trans_b = node.integer("transB", 0) != 0;
  const Matrix<T> left = {elements(args.tensor(0), T{}).data(), trans_a ? 1 : a[1], trans_a ? a[1] : 1};
  const Matrix<T> right = {elements(args.tensor(1), T{}).data(), trans_b ? 1 : b[1], trans_b ? b[1] : 1};
  const int64_t m = type.shape[0], n = type.shape[1], depth = a[trans_a ? 0 : 1];
  std::vector<T> y(static_cast<size_t>(m * n));
  bool fits = multiply(left, right, m, depth, n, y.data());
  const T alpha = static_cast<T>(node.real("alpha", 1));
  const T beta = static_cast<T>(node.real("beta", 1));
  if constexpr (std::is_same_v<T, double>) {
    for (T& v : y) v *= alpha;
  }
  if (args.has(2)) {
    const std::span<const T> c = elements(args.tensor(2), T{});
    walk(type.shape, std::array<Shape, 1>{broadcast_strides(args.shape(2), type.shape)},
         [&](size_t i, const auto& at) { fits &= accumulate(y[i], beta, c[at[0]]); });
  }
  if (!fits) return out_of_range(args, type.dtype);
  Tensor result(type, std::move(y));
  TACIT_TRY(check_range(args, result));
  return Tensors{std::move(result)};
}

Result<Tensors> eval_gemm(const Args& args, const Types& outputs) {
  return is_real(outputs[0].dtype) ? gemm<double>(args, outputs[0]) : gemm<int64_t>(args, outputs[0]);
}

// The operands of MatMul as stacks of matrices: a vector on the left is a row, on the right a column.
struct Stacks {
  Shape batch_a, batch_b;
  int64_t m, depth_a, depth_b, n;
};

Stacks stacks(const Shape& a, const Shape& b) {
  Stacks s;
  if (a.size() >= 2) s.batch_a.assign(a.begin(), a.end() - 2);
  if (b.size() >= 2) s.batch_b.assign(b.begin(), b.end() - 2);
  s.m = a.size() >= 2 ? a[a.size() - 2] : 1;
  s.depth_a = a.back();
  s.depth_b = b.size() >= 2 ? b[b.size() - 2] : b[0];
  s.n = b.size() >= 2 ? b.back() : 1;
  return s;
}

Result<Types> shape_matmul(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kNumber, {0, 1}));
  const Shape& a = args.shape(0);
  const Shape& b = args.shape(1);
  if (a.empty() || b.empty()) return args.refuse(Code::kBadModel, "a scalar can't be multiplied as a matrix");
  const Stacks s = stacks(a, b);
  if (s.depth_a != s.depth_b) {
    return args.refuse(Code::kBadModel, "the inner lengths of " + shape_text(a) + " and " + shape_text(b) + " differ");
  }
  TACIT_ASSIGN(Shape y, broadcast_shapes(args, s.batch_a, s.batch_b));
  if (a.size() >= 2) y.push_back(s.m);
  if (b.size() >= 2) y.push_back(s.n);
  return Types{{args.type(0).dtype, std::move(y)}};
}

template <class T>
Result<Tensors> matmul(const Args& args, const ValueType& type) {
  const Stacks s = stacks(args.shape(0), args.shape(1));
  const std::span<const T> a = elements(args.tensor(0), T{});
  const std::span<const T> b = elements(args.tensor(1), T{});
  TACIT_ASSIGN(Shape batch, broadcast_shapes(args, s.batch_a, s.batch_b));
  std::vector<T> y(static_cast<size_t>(span_size(type.shape, 0, type.shape.size())));
  bool fits = true;
  const std::array<Shape, 2> strides = {broadcast_strides(s.batch_a, batch), broadcast_strides(s.batch_b, batch)};
  walk(batch, strides, [&](size_t i, const auto& at) {
    const Matrix<T> left = {a.data() + at[0] * s.m * s.depth_a, s.depth_a, 1};
    const Matrix<T> right = {b.data() + at[1] * s.depth_b * s.n, s.n, 1};
    fits &= multiply(left, right, s.m, s.depth_a, s.n, y.data() + static_cast<int64_t>(i) * s.m * s.n);
  });
  if (!fits) return out_of_range(args, type.dtype);
  Tensor result(type, std::move(y));
  TACIT_TRY(check_range(args, result));
  return Tensors{std::move(result)};
}

Result<Tensors> eval_matmul(const Args& args, const Types& outputs) {
  return is_real(outputs[0].dtype) ? matmul<double>(args, outputs[0]) : matmul<int64_t>(args, outputs[0]);
}

// The lengths of an axis' labels, for weights that are to follow them.
std::vector<uint32_t> label_lengths(const Form& form, size_t axis) {
  std::vector<uint32_t> out;
  for (uint32_t label : form.axes[axis]) out.push_back(static_cast<uint32_t>(form.length(label)));
  return out;
}

// A constant matrix (or stack of them) whose axis `inner` follows the labels of an axis of `x` and is stored
// fastest.
Result<Form> matrix_weights(EmitContext& e, const std::shared_ptr<const Tensor>& tensor, size_t inner, const Form& x,
                            size_t x_axis) {
  std::vector<std::vector<uint32_t>> factors;
  for (int64_t length : tensor->shape()) factors.push_back({static_cast<uint32_t>(length)});
  factors[inner] = label_lengths(x, x_axis);
  std::vector<uint32_t> order;
  const uint32_t first = static_cast<uint32_t>(inner), count = static_cast<uint32_t>(factors[inner].size());
  const uint32_t total = static_cast<uint32_t>(factors.size()) - 1 + count;
  for (uint32_t i = 0; i < total; ++i)
    if (i < first || i >= first + count) order.push_back(i);
  for (uint32_t k : by_label(x.axes[x_axis])) order.push_back(first + k);
  return e.weights(tensor, EmitContext::kWeightBits, INT_MIN, std::move(factors), std::move(order));
}

// `factor` · tensor.
std::shared_ptr<const Tensor> scaled_constant(const std::shared_ptr<const Tensor>& tensor, double factor) {
  if (factor == 1) return tensor;
  Tensor out = *tensor;
  for (double& v : out.reals()) v *= factor;
  return std::make_shared<const Tensor>(std::move(out));
}

Status emit_gemm(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  const bool trans_a = node.integer("transA", 0) != 0, trans_b = node.integer("transB", 0) != 0;
  const double alpha = node.real("alpha", 1), beta = node.real("beta", 1);
  const MatrixAxes in_a = {trans_a ? size_t{1} : 0, trans_a ? size_t{0} : 1};
  const MatrixAxes in_b = {trans_b ? size_t{0} : 1, trans_b ? size_t{1} : 0};
  if (alpha != 1 && args.known(1) == nullptr)
    return e.refuse(Code::kUnsupported, "alpha needs a constant second matrix");
  TACIT_ASSIGN(Form a, e.operand(node.inputs[0]));
  Form b;
  if (args.known(1) != nullptr) {
    TACIT_ASSIGN(b, matrix_weights(e, scaled_constant(e.constant(node.inputs[1]), alpha), in_b.inner, a, in_a.inner));
  } else {
    TACIT_ASSIGN(b, e.operand(node.inputs[1]));
  }
  TACIT_ASSIGN(Form y, matrix_product(e, std::move(a), in_a, std::move(b), in_b));
  if (args.has(2)) {
    Form c;
    if (args.known(2) != nullptr) {
      TACIT_ASSIGN(c, e.weights(scaled_constant(e.constant(node.inputs[2]), beta), EmitContext::kBiasBits, y.exponent));
    } else if (beta == 1) {
      TACIT_ASSIGN(c, e.form(node.inputs[2]));
    } else {
      return e.refuse(Code::kUnsupported, "beta needs a constant C");
    }
    y.spread = e.spread(node.outputs[0]);
    TACIT_ASSIGN(y, e.add(std::move(y), std::move(c)));
  }
  return e.set(node.outputs[0], std::move(y));
}

Status emit_matmul(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  const bool row = args.rank(0) == 1, column = args.rank(1) == 1;  // a vector is a row or a column
  const size_t n_a = args.rank(0) + row, n_b = args.rank(1) + column;
  const MatrixAxes in_a = {n_a - 2, n_a - 1}, in_b = {n_b - 1, n_b - 2};
  Form a, b;
  auto as_matrices = [&] {
    if (row) a.axes.insert(a.axes.begin(), std::vector<uint32_t>{});
    if (column) b.axes.push_back({});
  };
  Form y;
  if (args.known(0) != nullptr && args.known(1) == nullptr) {
    TACIT_ASSIGN(b, e.operand(node.inputs[1]));
    TACIT_ASSIGN(a, matrix_weights(e, e.constant(node.inputs[0]), args.rank(0) - 1, b, column ? 0 : in_b.inner));
    as_matrices();
    // The weights are the second operand; the result is the transpose.
    TACIT_ASSIGN(y, matrix_product(e, std::move(b), in_b, std::move(a), in_a));
    std::swap(y.axes[y.axes.size() - 1], y.axes[y.axes.size() - 2]);
  } else {
    TACIT_ASSIGN(a, e.operand(node.inputs[0]));
    if (args.known(1) != nullptr) {
      TACIT_ASSIGN(b, matrix_weights(e, e.constant(node.inputs[1]), column ? 0 : in_b.inner, a, args.rank(0) - 1));
    } else {
      TACIT_ASSIGN(b, e.operand(node.inputs[1]));
    }
    as_matrices();
    TACIT_ASSIGN(y, matrix_product(e, std::move(a), in_a, std::move(b), in_b));
  }
  if (column) y.axes.pop_back();
  if (row) y.axes.erase(y.axes.end() - (column ? 1 : 2));
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

Result<Form> matrix_product(EmitContext& e, Form a, MatrixAxes in_a, Form c, MatrixAxes in_c) {
  if (!refine(a, in_a.inner, c, in_c.inner))
    return e.refuse(Code::kUnsupported, "the operands' axes were reshaped in ways that cut across");
  const size_t batch_a = a.axes.size() - 2, batch_c = c.axes.size() - 2, batch = std::max(batch_a, batch_c);
  std::vector<Shared> shared;
  for (size_t i = 0; i < std::min(batch_a, batch_c); ++i) {
    const size_t x = batch_a - 1 - i, y = batch_c - 1 - i;
    if (a.axes[x].empty() || c.axes[y].empty()) continue;
    if (!refine(a, x, c, y))
      return e.refuse(Code::kUnsupported, "the operands' axes were reshaped in ways that cut across");
    for (size_t k = 0; k < a.axes[x].size(); ++k) shared.push_back({a.axes[x][k], c.axes[y][k]});
  }
  for (size_t k = 0; k < a.axes[in_a.inner].size(); ++k)
    shared.push_back({a.axes[in_a.inner][k], c.axes[in_c.inner][k]});
  TACIT_ASSIGN(Product product, e.contract(a, c, shared, a.axes[in_a.inner]));
  auto moved = [](std::vector<uint32_t> labels, const std::vector<uint32_t>& to) {
    for (uint32_t& label : labels) label = to[label];
    return labels;
  };
  Form y = std::move(product.form);
  for (size_t i = 0; i < batch; ++i) {
    const size_t back = batch - i;
    const bool from_a = back <= batch_a && (back > batch_c || !a.axes[batch_a - back].empty());
    y.axes.push_back(from_a ? moved(a.axes[batch_a - back], product.from_a)
                            : moved(c.axes[batch_c - back], product.from_c));
  }
  y.axes.push_back(moved(a.axes[in_a.row], product.from_a));
  y.axes.push_back(moved(c.axes[in_c.row], product.from_c));
  return y;
}

TACIT_OPERATORS(matmul) {
  using enum AttributeType;
  table.add({.name = "Gemm",
             .opsets = {7, 26},
             .inputs = {2, 3},
             .attributes = {{"alpha", kReal}, {"beta", kReal}, {"transA", kInt}, {"transB", kInt}},
             .shape = shape_gemm,
             .eval = eval_gemm,
             .emit = emit_gemm});
  table.add({.name = "MatMul",
             .opsets = {7, 26},
             .inputs = {2, 2},
             .shape = shape_matmul,
             .eval = eval_matmul,
             .emit = emit_matmul});
}

}  // namespace tacit::model
