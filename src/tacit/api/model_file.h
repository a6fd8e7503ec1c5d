// NAME.tacit: the integer model with its weights. Private.
//
//   file = "tacit model  v1\n" ‖ profile u8 ‖ public model ‖ weights' commitment ‖ parameters ‖ program (model/quant/codec.h)
//          ‖ BLAKE3(everything before)
//
// With the ledger it is all that proving needs.
#pragma once

#include "tacit/api/proving.h"
#include "tacit/model/quant/program.h"

namespace tacit::api {

inline constexpr size_t kMaxModelFile = size_t{1} << 32;

struct ModelFile {
  verifier::Profile profile = verifier::Profile::k100;
  receipt::PublicModel open;
  receipt::WeightCommitment commitment;
  verifier::Parameters parameters;  // of a proof of one sample with hidden inputs and stated outputs
  model::IntegerModel program;      // program.open says the same as `open`, in the model's terms

  hash::Digest checksum;  // of the file that was read

  // The public file of this model under one epoch, without registration.
  receipt::PublicFile public_file(uint32_t epoch, const hash::Digest& root) const;
};

// The verifier's view of a program's public part.
receipt::PublicModel public_model(const model::PublicModel& model);

Bytes encode(const ModelFile& file);
// The checksum at the end of an encoded file.
hash::Digest checksum_of(ByteView bytes);
// Errors: kBadMagic, kBadVersion, kBadChecksum, kTruncated, kTrailingBytes, kNonCanonical, kTooLarge, kUnsupported, and
// those of model::validate.
Result<ModelFile> parse_model_file(ByteView bytes);

}  // namespace tacit::api
