// A receipt: what is stated about one run of a model (or a batch of runs), and the proof of it. One file.
//
//   receipt = "tacit receipt 1\n" ‖ header ‖ values ‖ parameters ‖ proof
//   header  = model id ‖ epoch u32 ‖ samples u32 ‖ visibility u8 ‖ time i64 ‖ context        (length-prefixed)
//   values  = u32 count, then the integers of each stated port (integers.h)
//
// The header's bytes are the `context` of the proof's statement (verifier/verify.h) and the values its publics, so
// everything in a receipt is absorbed before the first challenge. There is one encoding of each receipt.
//
// Vocabulary
//   context    pairs of a key and a text that the prover binds the receipt to: a case number, an audience, a nonce
//   time       seconds since 1970 UTC, as the prover's clock had it: a claim, not a proof of time
#pragma once

#include <string>
#include <vector>

#include "tacit/hash/digest.h"
#include "tacit/statement/port.h"
#include "tacit/verifier/parameters.h"

namespace tacit::receipt {

inline constexpr size_t kMaxReceipt = size_t{1} << 27;
inline constexpr uint32_t kMaxSamples = 1 << 16;
inline constexpr size_t kMaxContextPairs = 64;
inline constexpr size_t kMaxContextKey = 64;
inline constexpr size_t kMaxContextText = 512;

struct ContextPair {
  std::string key;
  std::string text;
  auto operator<=>(const ContextPair&) const = default;
};

struct Header {
  hash::Digest model_id;
  uint32_t epoch = 0;
  uint32_t samples = 1;
  statement::Visibility visibility;
  int64_t time = 0;
  std::vector<ContextPair> context;  // sorted by key, no key twice
  bool operator==(const Header&) const = default;
};

struct Receipt {
  Header header;
  std::vector<std::vector<int64_t>> values;  // of the stated ports, inputs first; each [samples, shape…]
  verifier::Parameters parameters;
  Bytes proof;
  bool operator==(const Receipt&) const = default;
};

// Is the context sorted, without repetition, within its limits and made of printable text (no control characters)?
// Errors: kWrongContext ("context", which pair).
Status check_context(const std::vector<ContextPair>& context);

// The bytes that a proof absorbs as its context.
Bytes encode(const Header& header);
Bytes encode(const Receipt& receipt);

// Errors: kBadMagic, kBadVersion, kTruncated, kTrailingBytes, kNonCanonical, kTooLarge, kWrongContext.
Result<Receipt> parse_receipt(ByteView bytes);

}  // namespace tacit::receipt
