#include "tacit/model/graph/tensor.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tacit/base/check.h"

namespace tacit::model {

bool is_real(DType dtype) { return dtype <= DType::kBFloat16; }

const char* dtype_name(DType dtype) {
  static constexpr const char* kNames[] = {"float32", "float64", "float16", "bfloat16", "int8",   "int16", "int32",
                                           "int64",   "uint8",   "uint16",  "uint32",   "uint64", "bool"};
  return kNames[static_cast<size_t>(dtype)];
}

uint8_t onnx_number(DType dtype) {
  static constexpr uint8_t kNumbers[] = {1, 11, 10, 16, 3, 5, 6, 7, 2, 4, 12, 13, 9};  // in the order of DType
  return kNumbers[static_cast<size_t>(dtype)];
}

Result<DType> dtype_from_onnx(int64_t number, const std::string& place) {
  switch (number) {
    case 1:
      return DType::kFloat32;
    case 2:
      return DType::kUint8;
    case 3:
      return DType::kInt8;
    case 4:
      return DType::kUint16;
    case 5:
      return DType::kInt16;
    case 6:
      return DType::kInt32;
    case 7:
      return DType::kInt64;
    case 9:
      return DType::kBool;
    case 10:
      return DType::kFloat16;
    case 11:
      return DType::kFloat64;
    case 12:
      return DType::kUint32;
    case 13:
      return DType::kUint64;
    case 16:
      return DType::kBFloat16;
    default:
      break;
  }
  std::string name = "elements of type " + std::to_string(number);
  if (number == 8) name = "strings";
  if (number == 14 || number == 15) name = "complex numbers";
  return fail(Code::kUnsupported, place, 0, name + " are not supported; use float32, an integer type or bool");
}

IntRange int_range(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
      return {INT8_MIN, INT8_MAX};
    case DType::kInt16:
      return {INT16_MIN, INT16_MAX};
    case DType::kInt32:
      return {INT32_MIN, INT32_MAX};
    case DType::kInt64:
      return {INT64_MIN, INT64_MAX};
    case DType::kUint8:
      return {0, UINT8_MAX};
    case DType::kUint16:
      return {0, UINT16_MAX};
    case DType::kUint32:
      return {0, UINT32_MAX};
    case DType::kUint64:
      return {0, INT64_MAX};
    case DType::kBool:
      return {0, 1};
    default:
      TACIT_CHECK(!"an integer type");
  }
}

namespace {

// Rounds to `digits` significant bits with exponents from min_exponent, ties to even; beyond `largest` is
// infinite.
double round_bits(double value, int digits, int min_exponent, double largest) {
  if (value == 0 || !std::isfinite(value)) return value;
  int unit = std::max(std::ilogb(value), min_exponent) - (digits - 1);
  double rounded = std::ldexp(std::nearbyint(std::ldexp(value, -unit)), unit);
  return std::fabs(rounded) > largest ? std::copysign(std::numeric_limits<double>::infinity(), value) : rounded;
}

}  // namespace

double round_to(DType dtype, double value) {
  switch (dtype) {
    case DType::kFloat64:
      return value;
    case DType::kFloat32:
      return round_bits(value, 24, -126, std::numeric_limits<float>::max());
    case DType::kFloat16:
      return round_bits(value, 11, -14, 65504.0);
    case DType::kBFloat16:
      return round_bits(value, 8, -126, std::ldexp(255.0, 120));
    default:
      TACIT_CHECK(!"a float type");
  }
}

Result<int64_t> element_count(const Shape& shape, const std::string& place) {
  if (shape.size() > kMaxRank) {
    return fail(Code::kTooLarge, place, shape.size(), "a tensor has at most " + std::to_string(kMaxRank) + " axes");
  }
  int64_t count = 1;
  bool empty = false;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] < 0)
      return fail(Code::kBadModel, place, axis, "an axis has a negative length: " + shape_text(shape));
    if (shape[axis] == 0) {
      empty = true;
    } else if (shape[axis] > kMaxElements / count) {
      return fail(Code::kTooLarge, place, axis, "the shape " + shape_text(shape) + " has too many elements");
    } else {
      count *= shape[axis];
    }
  }
  return empty ? 0 : count;
}

std::string shape_text(const Shape& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

Shape row_major_strides(const Shape& shape) {
  Shape strides(shape.size());
  int64_t step = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = step;
    step *= shape[axis];
  }
  return strides;
}

namespace {

size_t checked_count(const Shape& shape) {
  Result<int64_t> count = element_count(shape, "tensor");
  TACIT_CHECK(count.has_value());
  return static_cast<size_t>(*count);
}

}  // namespace

Tensor::Tensor(ValueType type) : type_(std::move(type)) {
  size_t count = checked_count(type_.shape);
  if (is_real()) {
    data_ = std::vector<double>(count);
  } else {
    data_ = std::vector<int64_t>(count);
  }
}

Tensor::Tensor(ValueType type, std::vector<double> values) : type_(std::move(type)), data_(std::move(values)) {
  TACIT_CHECK(is_real() && size() == checked_count(type_.shape));
}

Tensor::Tensor(ValueType type, std::vector<int64_t> values) : type_(std::move(type)), data_(std::move(values)) {
  TACIT_CHECK(!is_real() && size() == checked_count(type_.shape));
}

size_t Tensor::size() const {
  return std::visit([](const auto& values) { return values.size(); }, data_);
}

double Tensor::as_real(size_t i) const {
  return std::visit([i](const auto& values) { return static_cast<double>(values[i]); }, data_);
}

Tensor Tensor::reshaped(Shape shape) const& { return Tensor(*this).reshaped(std::move(shape)); }

Tensor Tensor::reshaped(Shape shape) && {
  TACIT_CHECK(size() == checked_count(shape));
  Tensor result = std::move(*this);
  result.type_.shape = std::move(shape);
  return result;
}

bool Tensor::has_nan() const {
  if (!is_real()) return false;
  return std::any_of(reals().begin(), reals().end(), [](double v) { return std::isnan(v); });
}

bool Tensor::is_finite() const {
  if (!is_real()) return true;
  std::span<const double> values = reals();
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace tacit::model
