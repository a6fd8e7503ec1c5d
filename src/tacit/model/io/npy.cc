// numpy's .npy: magic "\x93NUMPY", version, length of the header, the header (a Python dict literal), the
// elements.
#include <charconv>
#include <optional>

#include "tacit/model/io/formats.h"
#include "tacit/model/onnx/tensor_proto.h"

namespace tacit::model {

namespace {

constexpr size_t kMaxHeader = 1 << 16;

// What the header says. It is written by numpy in one fixed style, so the values are found behind their keys.
class Header {
 public:
  Header(std::string text, std::string place) : text_(std::move(text)), place_(std::move(place)) {}

  Result<DType> dtype() const {
    const std::optional<size_t> at = value_of("descr");
    if (!at || text_[*at] != '\'') return refuse("descr is missing");
    const size_t end = text_.find('\'', *at + 1);
    if (end == std::string::npos) return refuse("descr has no end");
    const std::string descr = text_.substr(*at + 1, end - *at - 1);
    if (descr.size() == 3 && descr[0] == '>' && descr[2] != '1')
      return refuse("store the array in little-endian order");
    static constexpr struct {
      const char* name;
      DType dtype;
    } kTypes[] = {{"f4", DType::kFloat32}, {"f8", DType::kFloat64}, {"f2", DType::kFloat16}, {"i1", DType::kInt8},
                  {"i2", DType::kInt16},   {"i4", DType::kInt32},   {"i8", DType::kInt64},   {"u1", DType::kUint8},
                  {"u2", DType::kUint16},  {"u4", DType::kUint32},  {"u8", DType::kUint64},  {"b1", DType::kBool}};
    for (const auto& type : kTypes) {
      if (descr.size() == 3 && descr.compare(1, 2, type.name) == 0) return type.dtype;
    }
    return refuse("the element type is not a number");
  }

  Result<bool> fortran_order() const {
    const std::optional<size_t> at = value_of("fortran_order");
    if (at && text_.compare(*at, 4, "True") == 0) return true;
    if (at && text_.compare(*at, 5, "False") == 0) return false;
    return refuse("fortran_order is missing");
  }

  // "(2, 3)", "(5,)" or "()".
  Result<Shape> shape() const {
    std::optional<size_t> at = value_of("shape");
    if (!at || text_[*at] != '(') return refuse("shape is missing");
    Shape shape;
    for (size_t i = *at + 1;;) {
      while (i < text_.size() && (text_[i] == ' ' || text_[i] == ',')) ++i;
      if (i < text_.size() && text_[i] == ')') return shape;
      int64_t length = 0;
      const auto [end, error] = std::from_chars(text_.data() + i, text_.data() + text_.size(), length);
      if (error != std::errc() || shape.size() == kMaxRank) return refuse("the shape is malformed");
      shape.push_back(length);
      i = static_cast<size_t>(end - text_.data());
    }
  }

 private:
  // The position of the value behind a key.
  std::optional<size_t> value_of(const std::string& key) const {
    size_t at = text_.find("'" + key + "':");
    if (at == std::string::npos) return {};
    at = text_.find_first_not_of(' ', at + key.size() + 3);
    if (at == std::string::npos) return {};
    return at;
  }
  tl::unexpected<Error> refuse(std::string hint) const { return fail(Code::kBadInput, place_, 0, std::move(hint)); }

  std::string text_;
  std::string place_;
};

// Column-major elements in row-major order.
Tensor from_fortran(const Tensor& t) {
  Tensor result(t.type());
  const Shape& shape = t.shape();
  Shape index(shape.size());
  for (size_t i = 0; i < t.size(); ++i) {
    int64_t position = 0;
    for (size_t axis = shape.size(); axis-- > 0;) position = position * shape[axis] + index[axis];
    if (t.is_real()) {
      result.reals()[i] = t.reals()[static_cast<size_t>(position)];
    } else {
      result.ints()[i] = t.ints()[static_cast<size_t>(position)];
    }
    for (size_t axis = shape.size(); axis-- > 0 && ++index[axis] == shape[axis];) index[axis] = 0;
  }
  return result;
}

// An error of a layer below, as one about an input.
Error as_bad_input(Error error) {
  if (error.code != Code::kTooLarge) error.code = Code::kBadInput;
  return error;
}

}  // namespace

Result<Tensor> parse_npy(ByteView bytes, const std::string& place) {
  static constexpr uint8_t kMagic[] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
  const auto damaged = [&] { return fail(Code::kBadInput, place, 0, "this is not an .npy file"); };
  Reader reader(bytes, place);
  const Result<ByteView> magic = reader.raw(sizeof kMagic);
  if (!magic || !std::equal(magic->begin(), magic->end(), kMagic)) return damaged();
  const Result<uint16_t> version = reader.u16();
  if (!version || (*version & 0xff) < 1 || (*version & 0xff) > 3) return damaged();
  size_t length = 0;
  if ((*version & 0xff) == 1) {
    const Result<uint16_t> n = reader.u16();
    if (!n) return damaged();
    length = *n;
  } else {
    const Result<uint32_t> n = reader.u32();
    if (!n) return damaged();
    length = *n;
  }
  const Result<ByteView> text = reader.raw(length);
  if (length > kMaxHeader || !text) return damaged();
  const Header header(std::string(text->begin(), text->end()), place);
  ValueType type;
  TACIT_ASSIGN(type.dtype, header.dtype());
  TACIT_ASSIGN(type.shape, header.shape());
  TACIT_ASSIGN(const bool fortran_order, header.fortran_order());
  const Result<int64_t> count = element_count(type.shape, place);
  if (!count) return tl::unexpected(as_bad_input(count.error()));
  const size_t n_bytes = static_cast<size_t>(*count) * element_bytes(type.dtype);
  if (reader.remaining() != n_bytes) {
    return fail(Code::kBadInput, place, reader.remaining(),
                "the shape " + shape_text(type.shape) + " asks for " + std::to_string(n_bytes) + " bytes of elements");
  }
  TACIT_ASSIGN(const ByteView data, reader.raw(n_bytes));
  Result<Tensor> tensor = decode_raw(type, data, place).map_error(as_bad_input);
  if (!tensor || !fortran_order) return tensor;
  return from_fortran(*tensor);
}

}  // namespace tacit::model
