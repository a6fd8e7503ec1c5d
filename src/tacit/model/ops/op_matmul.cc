// Gemm: Y = alpha · A' · B' + beta · C.   MatMul: numpy's matrix product with broadcast batch axes.
#include "tacit/model/ops/common.h"

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

// out[i][j] = Σ_k a[i][k] · b[k][j] for an m × n result; false when an integer doesn't fit.
template <class T>
bool multiply(Matrix<T> a, Matrix<T> b, int64_t m, int64_t depth, int64_t n, T* out) {
  bool fits = true;
  for (int64_t i = 0; i < m; ++i) {
    for (int64_t k = 0; k < depth; ++k) {
      const T factor = a.data[i * a.row_step + k * a.column_step];
      const T* row = b.data + k * b.row_step;
      for (int64_t j = 0; j < n; ++j) fits &= accumulate(out[i * n + j], factor, row[j * b.column_step]);
    }
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
    return args.refuse(Code::kBadModel,
                       "the inner lengths of " + shape_text(a) + " and " + shape_text(b) + " differ");
  }
  Shape y = {a[trans_a ? 1 : 0], b[trans_b ? 0 : 1]};
  if (args.has(2)) {
    TACIT_ASSIGN(Shape common, broadcast_shapes(args, y, args.shape(2)));
    if (common != y)
      return args.refuse(Code::kBadModel, "C " + shape_text(args.shape(2)) + " doesn't broadcast");
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
    return args.refuse(Code::kBadModel,
                       "the inner lengths of " + shape_text(a) + " and " + shape_text(b) + " differ");
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
  const std::array<Shape, 2> strides = {broadcast_strides(s.batch_a, batch),
                                        broadcast_strides(s.batch_b, batch)};
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

}  // namespace

TACIT_OPERATORS(matmul) {
  using enum AttributeType;
  table.add({.name = "Gemm",
             .opsets = {7, 26},
             .inputs = {2, 3},
             .attributes = {{"alpha", kReal}, {"beta", kReal}, {"transA", kInt}, {"transB", kInt}},
             .shape = shape_gemm,
             .eval = eval_gemm});
  table.add(
      {.name = "MatMul", .opsets = {7, 26}, .inputs = {2, 2}, .shape = shape_matmul, .eval = eval_matmul});
}

}  // namespace tacit::model
