#include "tacit/receipt/data_file.h"

#include "tacit/hash/blake3.h"
#include "tacit/receipt/public_file.h"
#include "tacit/statement/archive.h"

namespace tacit::statement {
template <>
inline constexpr uint8_t kLargest<verifier::Profile> = static_cast<uint8_t>(verifier::Profile::k128);
}  // namespace tacit::statement

namespace tacit::receipt {
namespace {

constexpr std::string_view kMagic = "tacit datpub v1\n";
constexpr const char* kPlace = "data's public file";
constexpr size_t kMaxRank = 15;
constexpr uint64_t kMaxElements = uint64_t{1} << 28;

}  // namespace

template <class A>
void describe(A& ar, PublicData& v) {
  ar(v.profile), ar(v.shape), ar(v.dtype), ar(v.exponent), ar(v.range), ar(v.samples), ar(v.code), ar(v.max_queries);
}

uint64_t PublicData::elements() const {
  uint64_t product = 1;
  for (const uint32_t length : shape) product *= length;
  return product;
}

void write(Writer& out, const PublicData& data) {
  statement::Saver{out}(data);
  out.raw(data.root.bytes);
}

Result<PublicData> parse_data(Reader& in) {
  TACIT_ASSIGN(PublicData data, statement::load<PublicData>(in));
  TACIT_ASSIGN(data.root, parse_digest(in));
  if (data.shape.size() > kMaxRank || data.samples > statement::kMaxDataSamples) return fail(Code::kTooLarge, kPlace);
  uint64_t elements = 1;
  for (const uint32_t length : data.shape) {
    elements *= length;
    if (elements == 0 || elements > kMaxElements) return fail(Code::kTooLarge, kPlace, elements);
  }
  if (data.samples == 0 || data.range.low > data.range.high) return fail(Code::kNonCanonical, kPlace);
  if (data.code.log_rows >= verifier::kMaxLogDomain || data.code.log_blinding >= verifier::kMaxLogDomain ||
      data.code.log_domain > verifier::kMaxLogDomain || data.max_queries == 0)
    return fail(Code::kNonCanonical, kPlace);
  return data;
}

Bytes encode(const PublicData& data) {
  Writer out;
  out.raw(as_bytes(kMagic));
  write(out, data);
  out.raw(hash::blake3(out.bytes()).bytes);
  return out.take();
}

Result<PublicData> parse_public_data(ByteView bytes) {
  TACIT_ASSIGN(const ByteView content, checked_content(bytes, kMagic, kPlace));
  Reader in(content, kPlace);
  TACIT_ASSIGN(PublicData data, parse_data(in));
  TACIT_TRY(in.finish());
  return data;
}

hash::Digest data_id(const DataUse& use, uint64_t elements) {
  Writer out;
  out.raw(as_bytes("tacit data id v1"));
  out.raw(use.root.bytes);
  write(out, use.shape);
  out.u32(use.rows.samples);
  out.u32(static_cast<uint32_t>(use.rows.exponent));
  out.u64(elements);
  return hash::blake3(out.bytes());
}
hash::Digest data_id(const PublicData& data) { return data_id(data.use(0), data.elements()); }

}  // namespace tacit::receipt
