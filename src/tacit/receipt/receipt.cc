#include "tacit/receipt/receipt.h"

#include <algorithm>

#include "tacit/receipt/integers.h"
#include "tacit/receipt/public_file.h"

namespace tacit::receipt {
namespace {

using statement::Exposure;

constexpr std::string_view kMagic = "tacit receipt 1\n";
constexpr const char* kPlace = "receipt";
constexpr size_t kMaxHeader = 1 << 16;

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

Status parse_exposures(Reader& in, Header& header) {
  TACIT_ASSIGN(const uint32_t n_ports, in.count(1));
  if (n_ports > 2 * kMaxPorts) return fail(Code::kTooLarge, "exposures", n_ports);
  size_t n_committed = 0;
  for (uint32_t i = 0; i < n_ports; ++i) {
    TACIT_ASSIGN(const uint8_t exposure, in.u8());
    if (exposure > static_cast<uint8_t>(Exposure::kCommitted)) return fail(Code::kNonCanonical, "exposures", i);
    header.exposures.push_back(static_cast<Exposure>(exposure));
    n_committed += header.exposures.back() == Exposure::kCommitted;
  }
  for (size_t i = 0; i < n_committed; ++i) {
    DataUse& use = header.data.emplace_back();
    TACIT_ASSIGN(use.root, parse_digest(in));
    TACIT_ASSIGN(use.shape, parse_code_shape(in));
    TACIT_ASSIGN(use.rows.samples, in.u32());
    TACIT_ASSIGN(use.rows.first, in.u32());
    TACIT_ASSIGN(const uint32_t exponent, in.u32());
    use.rows.exponent = static_cast<int32_t>(exponent);
  }
  return {};
}

Result<Header> parse_header(ByteView bytes) {
  Reader in(bytes, "header");
  Header header;
  TACIT_ASSIGN(header.model_id, parse_digest(in));
  TACIT_ASSIGN(header.epoch, in.u32());
  TACIT_ASSIGN(header.samples, in.u32());
  if (header.samples == 0) return fail(Code::kNonCanonical, "samples");
  if (header.samples > kMaxSamples) return fail(Code::kTooLarge, "samples", header.samples);
  TACIT_TRY(parse_exposures(in, header));
  TACIT_ASSIGN(header.time, in.i64());
  TACIT_ASSIGN(const uint32_t pairs, in.count(8));
  if (pairs > kMaxContextPairs) return fail(Code::kTooLarge, "context", pairs);
  for (uint32_t i = 0; i < pairs; ++i) {
    ContextPair& pair = header.context.emplace_back();
    TACIT_ASSIGN(pair.key, in.text(kMaxContextKey));
    TACIT_ASSIGN(pair.text, in.text(kMaxContextText));
  }
  TACIT_TRY(check_context(header.context));
  TACIT_TRY(in.finish());
  return header;
}

}  // namespace

statement::Visibility Header::visibility(size_t n_inputs) const {
  const auto middle = exposures.begin() + static_cast<std::ptrdiff_t>(std::min(n_inputs, exposures.size()));
  return {std::vector<Exposure>(exposures.begin(), middle), std::vector<Exposure>(middle, exposures.end())};
}

std::vector<statement::DataRows> Header::rows() const {
  std::vector<statement::DataRows> out;
  for (const DataUse& use : data) out.push_back(use.rows);
  return out;
}

std::vector<Exposure> exposures(const statement::Visibility& visibility, size_t n_inputs, size_t n_outputs) {
  std::vector<Exposure> out;
  for (size_t i = 0; i < n_inputs; ++i) out.push_back(visibility.inputs[i]);
  for (size_t i = 0; i < n_outputs; ++i) out.push_back(visibility.outputs[i]);
  return out;
}

Status check_context(const std::vector<ContextPair>& context) {
  if (context.size() > kMaxContextPairs) return fail(Code::kWrongContext, "context", context.size(), "too many pairs");
  for (size_t i = 0; i < context.size(); ++i) {
    const ContextPair& pair = context[i];
    if (pair.key.empty() || pair.key.size() > kMaxContextKey || pair.text.size() > kMaxContextText)
      return fail(Code::kWrongContext, "context", i, "a key has 1 to 64 bytes, a text up to 512");
    if (!is_printable(pair.key) || !is_printable(pair.text) || pair.key.find('=') != std::string::npos)
      return fail(Code::kWrongContext, "context", i, "no control characters, no '=' in keys");
    if (i > 0 && context[i - 1].key >= pair.key)
      return fail(Code::kWrongContext, "context", i, "keys are sorted and differ");
  }
  return {};
}

Bytes encode(const Header& header) {
  Writer out;
  out.raw(header.model_id.bytes);
  out.u32(header.epoch);
  out.u32(header.samples);
  out.u32(static_cast<uint32_t>(header.exposures.size()));
  for (const Exposure exposure : header.exposures) out.u8(static_cast<uint8_t>(exposure));
  for (const DataUse& use : header.data) {
    out.raw(use.root.bytes);
    write(out, use.shape);
    out.u32(use.rows.samples);
    out.u32(use.rows.first);
    out.u32(static_cast<uint32_t>(use.rows.exponent));
  }
  out.i64(header.time);
  out.u32(static_cast<uint32_t>(header.context.size()));
  for (const ContextPair& pair : header.context) {
    out.text(pair.key);
    out.text(pair.text);
  }
  return out.take();
}

Bytes encode(const Receipt& receipt) {
  Writer out;
  out.raw(as_bytes(kMagic));
  out.blob(encode(receipt.header));
  out.u32(static_cast<uint32_t>(receipt.values.size()));
  for (const std::vector<int64_t>& values : receipt.values) write_integers(out, values);
  verifier::write(out, receipt.parameters);
  out.blob(receipt.proof);
  return out.take();
}

Result<Receipt> parse_receipt(ByteView bytes) {
  if (bytes.size() > kMaxReceipt) return fail(Code::kTooLarge, kPlace, bytes.size());
  TACIT_TRY(check_magic(bytes, kMagic, kPlace));
  Reader in(bytes.subspan(kMagic.size()), kPlace);
  Receipt receipt;
  TACIT_ASSIGN(const ByteView header, in.blob(kMaxHeader));
  TACIT_ASSIGN(receipt.header, parse_header(header));
  TACIT_ASSIGN(const uint32_t n_values, in.count(5));
  if (n_values > 2 * kMaxPorts) return fail(Code::kTooLarge, "values", n_values);
  for (uint32_t i = 0; i < n_values; ++i) {
    TACIT_ASSIGN(std::vector<int64_t> values, parse_integers(in));
    receipt.values.push_back(std::move(values));
  }
  TACIT_ASSIGN(receipt.parameters, verifier::parse_parameters(in));
  TACIT_ASSIGN(const ByteView proof, in.blob(kMaxProof));
  receipt.proof.assign(proof.begin(), proof.end());
  TACIT_TRY(in.finish());
  return receipt;
}

}  // namespace tacit::receipt
