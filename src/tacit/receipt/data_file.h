// NAME.data.pub: what everybody may know of a commitment to data, so that receipts about them can be checked.
//
//   file    = "tacit datpub v1\n" ‖ body ‖ BLAKE3(everything before)
//   body    = profile u8 ‖ shape ‖ dtype u8 ‖ exponent i32 ‖ range ‖ samples u32 ‖ code ‖ max queries u32 ‖ root
//   data id = BLAKE3("tacit data id v1" ‖ root ‖ code ‖ samples u32 ‖ exponent i32 ‖ elements u64)
//
// The id covers all that gives a root a meaning: the code that its word is decoded in, the layout of the cells and their
// unit. Equal ids mean equal data. Shape, type and range are what their owner declares besides; a receipt proves of the rows that it uses
// what the model's port says of its values.
#pragma once

#include "tacit/receipt/receipt.h"

namespace tacit::receipt {

struct PublicData {
  verifier::Profile profile = verifier::Profile::k100;
  std::vector<uint32_t> shape;  // of one sample
  uint8_t dtype = 1;            // as in statement::Port
  int32_t exponent = 0;         // real = 2^exponent · integer
  statement::Interval range;
  uint32_t samples = 0;
  CodeShape code;
  uint32_t max_queries = 0;  // rows that the ledger counts for one proof
  hash::Digest root;
  bool operator==(const PublicData&) const = default;

  // Of one sample.
  uint64_t elements() const;
  // The use of its rows from `first` on.
  DataUse use(uint32_t first) const { return {root, code, {samples, first, exponent}}; }
};

void write(Writer& out, const PublicData& data);
// Errors: kTruncated, kNonCanonical, kTooLarge.
Result<PublicData> parse_data(Reader& in);

Bytes encode(const PublicData& data);
// Errors: kBadMagic, kBadVersion, kBadChecksum, kTruncated, kTrailingBytes, kNonCanonical, kTooLarge.
Result<PublicData> parse_public_data(ByteView bytes);

// The id of the data of which a receipt uses rows with so many elements. Whichever the rows are, it is the same.
hash::Digest data_id(const DataUse& use, uint64_t elements);
hash::Digest data_id(const PublicData& data);

}  // namespace tacit::receipt
