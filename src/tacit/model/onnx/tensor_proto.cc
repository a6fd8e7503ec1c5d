#include "tacit/model/onnx/tensor_proto.h"

#include <bit>
#include <cmath>
#include <limits>

namespace tacit::model {

size_t element_bytes(DType dtype) {
  switch (dtype) {
    case DType::kInt8:
    case DType::kUint8:
    case DType::kBool:
      return 1;
    case DType::kFloat16:
    case DType::kBFloat16:
    case DType::kInt16:
    case DType::kUint16:
      return 2;
    case DType::kFloat32:
    case DType::kInt32:
    case DType::kUint32:
      return 4;
    case DType::kFloat64:
    case DType::kInt64:
    case DType::kUint64:
      break;
  }
  return 8;
}

namespace {

double decode_float16(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  double magnitude;
  if (exponent == 31) {
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  } else {
    magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  }
  return bits >> 15 != 0 ? -magnitude : magnitude;
}

// The bit pattern of an element of a float type.
double decode_real(DType dtype, uint64_t bits) {
  switch (dtype) {
    case DType::kFloat16:
      return decode_float16(static_cast<uint16_t>(bits));
    case DType::kBFloat16:
      return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
    case DType::kFloat32:
      return std::bit_cast<float>(static_cast<uint32_t>(bits));
    default:
      return std::bit_cast<double>(bits);
  }
}

// The bit pattern of an element of an integer type, sign extended.
int64_t decode_int(DType dtype, uint64_t bits) {
  const int unused = 64 - 8 * static_cast<int>(element_bytes(dtype));
  const bool is_signed = dtype >= DType::kInt8 && dtype <= DType::kInt64;
  return is_signed ? static_cast<int64_t>(bits << unused) >> unused : static_cast<int64_t>(bits);
}

tl::unexpected<Error> outside(DType dtype, const std::string& place, size_t i) {
  if (dtype == DType::kUint64) return fail(Code::kUnsupported, place, i, "uint64 values of 2^63 and more");
  return fail(Code::kBadModel, place, i, std::string("a value lies outside ") + dtype_name(dtype));
}

// A tensor from its elements' bit patterns or integers, given one by one.
template <class Get>
Result<Tensor> decode_each(ValueType type, Get get, const std::string& place) {
  Tensor tensor(std::move(type));
  const DType dtype = tensor.dtype();
  if (tensor.is_real()) {
    for (size_t i = 0; i < tensor.size(); ++i) tensor.reals()[i] = decode_real(dtype, static_cast<uint64_t>(get(i)));
    return tensor;
  }
  const IntRange range = int_range(dtype);
  for (size_t i = 0; i < tensor.size(); ++i) {
    const int64_t v = get(i);
    if (v < range.min || v > range.max) return outside(dtype, place, i);
    tensor.ints()[i] = v;
  }
  return tensor;
}

tl::unexpected<Error> wrong_size(const std::string& place, size_t expected, size_t found) {
  return fail(Code::kBadModel, place, 0,
              "the dimensions ask for " + std::to_string(expected) + ", the data hold " + std::to_string(found));
}

// The typed field that ONNX prescribes for the element type.
Result<Tensor> decode_typed(const pb::TensorProto& t, ValueType type, size_t count, const std::string& place) {
  auto from_reals = [&](const auto& field) -> Result<Tensor> {
    if (static_cast<size_t>(field.size()) != count) return wrong_size(place, count, static_cast<size_t>(field.size()));
    return Tensor(type, std::vector<double>(field.begin(), field.end()));
  };
  auto from_ints = [&](const auto& field) -> Result<Tensor> {
    if (static_cast<size_t>(field.size()) != count) return wrong_size(place, count, static_cast<size_t>(field.size()));
    return decode_each(
        type, [&field](size_t i) { return static_cast<int64_t>(field[static_cast<int>(i)]); }, place);
  };
  switch (type.dtype) {
    case DType::kFloat32:
      return from_reals(t.float_data());
    case DType::kFloat64:
      return from_reals(t.double_data());
    case DType::kInt64:
      return from_ints(t.int64_data());
    case DType::kUint32:
    case DType::kUint64:
      return from_ints(t.uint64_data());
    default:
      return from_ints(t.int32_data());
  }
}

}  // namespace

Result<Tensor> decode_raw(ValueType type, ByteView bytes, const std::string& place) {
  const DType dtype = type.dtype;
  const size_t width = element_bytes(dtype);
  auto get = [&](size_t i) {
    uint64_t bits = 0;
    for (size_t b = 0; b < width; ++b) bits |= static_cast<uint64_t>(bytes[i * width + b]) << (8 * b);
    return is_real(dtype) ? static_cast<int64_t>(bits) : decode_int(dtype, bits);
  };
  return decode_each(std::move(type), get, place);
}

Result<Tensor> decode_tensor(const pb::TensorProto& t, ExternalData* external, const std::string& place) {
  ValueType type;
  TACIT_ASSIGN(type.dtype, dtype_from_onnx(t.data_type(), place));
  type.shape.assign(t.dims().begin(), t.dims().end());
  TACIT_ASSIGN(const int64_t n_elements, element_count(type.shape, place));
  const size_t count = static_cast<size_t>(n_elements);
  const size_t n_bytes = count * element_bytes(type.dtype);
  if (t.has_segment()) return fail(Code::kUnsupported, place, 0, "tensors stored in segments");
  if (t.data_location() == pb::TensorProto::EXTERNAL) {
    if (external == nullptr) return fail(Code::kUnsupported, place, 0, "external data are not allowed here");
    TACIT_ASSIGN(const ByteView bytes, external->read(t, n_bytes, place));
    return decode_raw(std::move(type), bytes, place);
  }
  if (!t.has_raw_data()) return decode_typed(t, std::move(type), count, place);
  if (t.raw_data().size() != n_bytes) return wrong_size(place, n_bytes, t.raw_data().size());
  return decode_raw(std::move(type), as_bytes(t.raw_data()), place);
}

}  // namespace tacit::model
