#include "tacit/receipt/integers.h"

namespace tacit::receipt {
namespace {

bool fits(int64_t v, int width) {
  if (width == 8) return true;
  const int64_t end = int64_t{1} << (8 * width - 1);
  return v >= -end && v < end;
}

int least_width(const std::vector<int64_t>& values) {
  int width = 1;
  for (const int64_t v : values)
    while (!fits(v, width)) width *= 2;
  return width;
}

}  // namespace

void write_integers(Writer& out, const std::vector<int64_t>& values) {
  const int width = least_width(values);
  out.u8(static_cast<uint8_t>(width));
  out.u32(static_cast<uint32_t>(values.size()));
  for (const int64_t v : values)
    for (int i = 0; i < width; ++i) out.u8(static_cast<uint8_t>(static_cast<uint64_t>(v) >> (8 * i)));
}

Result<std::vector<int64_t>> parse_integers(Reader& in) {
  TACIT_ASSIGN(const uint8_t width, in.u8());
  if (width != 1 && width != 2 && width != 4 && width != 8) return fail(Code::kNonCanonical, "integers", in.offset());
  TACIT_ASSIGN(const uint32_t n, in.count(width));
  TACIT_ASSIGN(const ByteView raw, in.raw(size_t{n} * width));
  std::vector<int64_t> values(n);
  for (size_t j = 0; j < n; ++j) {
    uint64_t bits = 0;
    for (size_t i = 0; i < width; ++i) bits |= uint64_t{raw[j * width + i]} << (8 * i);
    const int unused = 64 - 8 * width;
    values[j] = static_cast<int64_t>(bits << unused) >> unused;
  }
  if (least_width(values) != width) return fail(Code::kNonCanonical, "integers", in.offset());
  return values;
}

}  // namespace tacit::receipt
