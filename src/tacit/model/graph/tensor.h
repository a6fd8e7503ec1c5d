// Tensors as the reference interpreter sees them.
//
// Vocabulary. The *declared* type of a tensor is what the ONNX file says (float16, int8, ...). In memory
// every float type is a double and every integer type (bool included) an int64, both exact for every value
// they stand for, except uint64 values of 2^63 and more, which are refused on import. Elements lie in
// row-major order (last axis fastest). Thread-safety: like a std::vector.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "tacit/base/error.h"

namespace tacit::model {

enum class DType : uint8_t {
  kFloat32,
  kFloat64,
  kFloat16,
  kBFloat16,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kBool,
};

// True for the four floating-point types.
bool is_real(DType dtype);
// "float32", "uint8", "bool", ...
const char* dtype_name(DType dtype);
// The type with a number of ONNX's TensorProto.DataType. Error: kUnsupported at `place`.
Result<DType> dtype_from_onnx(int64_t number, const std::string& place);
uint8_t onnx_number(DType dtype);

// The exact range of an integer type; uint64 ends at 2^63 − 1 here. Requires !is_real(dtype).
struct IntRange {
  int64_t min;
  int64_t max;
};
IntRange int_range(DType dtype);

// The nearest value of a float type (ties to even; overflow gives an infinity). Requires is_real(dtype).
double round_to(DType dtype, double value);

// Lengths of the axes, outermost first; empty for a scalar. A length may be 0.
using Shape = std::vector<int64_t>;

// Limits that hold for every tensor, checked before any allocation.
inline constexpr int64_t kMaxElements = int64_t{1} << 27;
inline constexpr size_t kMaxRank = 16;

// The number of elements of a shape.
// Errors: kBadModel for a negative length, kTooLarge beyond kMaxElements or kMaxRank; both at `place`.
Result<int64_t> element_count(const Shape& shape, const std::string& place);

// "[1, 3, 28, 28]"
std::string shape_text(const Shape& shape);

// The distance in elements between neighbours along each axis of a row-major tensor.
Shape row_major_strides(const Shape& shape);

// Declared type and static shape of a value.
struct ValueType {
  DType dtype = DType::kFloat32;
  Shape shape;
  bool operator==(const ValueType&) const = default;
};

class Tensor {
 public:
  // A float32 scalar 0.
  Tensor() : Tensor(ValueType{}) {}
  // All zeros. Requires a shape that element_count accepts.
  explicit Tensor(ValueType type);
  // Requires a vector of the kind (double or int64) and length that the type asks for.
  Tensor(ValueType type, std::vector<double> values);
  Tensor(ValueType type, std::vector<int64_t> values);

  const ValueType& type() const { return type_; }
  DType dtype() const { return type_.dtype; }
  const Shape& shape() const { return type_.shape; }
  size_t rank() const { return type_.shape.size(); }
  size_t size() const;
  bool is_real() const { return model::is_real(type_.dtype); }

  // The elements; each pair requires the matching kind of type.
  std::span<const double> reals() const { return std::get<std::vector<double>>(data_); }
  std::span<double> reals() { return std::get<std::vector<double>>(data_); }
  std::span<const int64_t> ints() const { return std::get<std::vector<int64_t>>(data_); }
  std::span<int64_t> ints() { return std::get<std::vector<int64_t>>(data_); }
  // The element at a flat position, as a double, whatever the kind.
  double as_real(size_t i) const;

  // The same elements under another shape of the same size.
  Tensor reshaped(Shape shape) const&;
  Tensor reshaped(Shape shape) &&;

  // True if no element is NaN or infinite.
  bool is_finite() const;
  // True if an element is NaN. Constants may hold infinities: masks do.
  bool has_nan() const;

  bool operator==(const Tensor&) const = default;

 private:
  ValueType type_;
  std::variant<std::vector<double>, std::vector<int64_t>> data_;
};

}  // namespace tacit::model
