#include "tacit/receipt/receipt.h"

#include <algorithm>

#include "tacit/receipt/integers.h"
#include "tacit/receipt/public_file.h"

namespace tacit::receipt {
namespace {

constexpr std::string_view kMagic = "tacit receipt 1\n";
constexpr const char* kPlace = "receipt";
constexpr size_t kMaxHeader = 1 << 16;

bool is_printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; });
}

Result<Header> parse_header(ByteView bytes) {
  Reader in(bytes, "header");
  Header header;
  TACIT_ASSIGN(const ByteView id, in.raw(header.model_id.bytes.size()));
  std::copy(id.begin(), id.end(), header.model_id.bytes.begin());
  TACIT_ASSIGN(header.epoch, in.u32());
  TACIT_ASSIGN(header.samples, in.u32());
  if (header.samples == 0) return fail(Code::kNonCanonical, "samples");
  if (header.samples > kMaxSamples) return fail(Code::kTooLarge, "samples", header.samples);
  TACIT_ASSIGN(const uint8_t visibility, in.u8());
  if (visibility > 3) return fail(Code::kNonCanonical, "visibility");
  header.visibility = {(visibility & 1) != 0, (visibility & 2) != 0};
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
  out.u8(static_cast<uint8_t>(header.visibility.inputs | header.visibility.outputs << 1));
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
