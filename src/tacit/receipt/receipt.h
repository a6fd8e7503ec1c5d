// A receipt: what is stated about one run of a model (or a batch of runs), and the proof of it. One file.
//
//   receipt = "tacit receipt 1\n" ‖ header ‖ values ‖ parameters ‖ proof
//   header  = model id ‖ epoch u32 ‖ samples u32 ‖ exposures ‖ data ‖ time i64 ‖ context      (length-prefixed)
//   values  = u32 count, then the integers of each public port (integers.h)
//
// The header has one byte of exposure for each port, inputs first, and for each committed port which rows of which
// commitment to data its values are.
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
#include "tacit/receipt/code_shape.h"
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

// A commitment to data, and the rows of it that a port's values are.
struct DataUse {
  hash::Digest root;
  CodeShape shape;
  statement::DataRows rows;
  bool operator==(const DataUse&) const = default;
};

struct Header {
  hash::Digest model_id;
  uint32_t epoch = 0;
  uint32_t samples = 1;
  std::vector<statement::Exposure> exposures;  // of every port, inputs first
  std::vector<DataUse> data;                   // of every committed port, in their order
  int64_t time = 0;
  std::vector<ContextPair> context;  // sorted by key, no key twice
  bool operator==(const Header&) const = default;

  // The exposures of a model's ports. Requires one for each port.
  statement::Visibility visibility(size_t n_inputs) const;
  std::vector<statement::DataRows> rows() const;
};
// One exposure for every port. The inverse of Header::visibility.
std::vector<statement::Exposure> exposures(const statement::Visibility& visibility, size_t n_inputs, size_t n_outputs);

struct Receipt {
  Header header;
  std::vector<std::vector<int64_t>> values;  // of the public ports, inputs first; each [samples, shape…]
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
