// NAME.pub: all that a verifier needs to know about a model, and nothing secret.
//
//   file  = "tacit public v1\n" ‖ body ‖ BLAKE3(everything before)
//   body  = profile u8 ‖ system ‖ tables ‖ inputs ‖ outputs ‖ weights ‖ epochs ‖ registration       (docs/spec)
//
//   model digest = BLAKE3("tacit model v1" ‖ system ‖ tables ‖ inputs ‖ outputs)             what is computed
//   model id     = BLAKE3("tacit model id v1" ‖ model digest ‖ profile ‖ weights ‖ root of epoch 0)   with which weights
//
// The model id outlives epochs. There is one encoding of each file, so equal ids mean equal models and weights.
#pragma once

#include <optional>

#include "tacit/functions/functions.h"
#include "tacit/hash/digest.h"
#include "tacit/receipt/code_shape.h"
#include "tacit/statement/port.h"
#include "tacit/verifier/parameters.h"

namespace tacit::receipt {

inline constexpr size_t kMaxPublicFile = size_t{1} << 30;
inline constexpr size_t kMaxProof = size_t{1} << 28;
inline constexpr size_t kMaxPorts = 256;
inline constexpr size_t kMaxEpochs = 4096;
// The oracle of weights in every model's system; all others are committed by each proof.
inline constexpr statement::OracleId kWeightOracle = 0;

// What a model computes, on one sample.
struct PublicModel {
  statement::System system;                       // a template (statement/instance.h), not placed
  std::vector<functions::GeneratedTable> tables;  // which weights are tables of functions
  std::vector<statement::Port> inputs;
  std::vector<statement::Port> outputs;
  bool operator==(const PublicModel&) const = default;
};

// The shape of the commitment to the weights, the same in every proof of the model.
struct WeightCommitment : CodeShape {
  uint32_t max_queries = 0;  // rows that the ledger counts for one proof
  bool operator==(const WeightCommitment&) const = default;
};

// A proof about committed weights, and the parameters that it was made under.
struct WeightProof {
  verifier::Parameters parameters;
  Bytes proof;
  bool operator==(const WeightProof&) const = default;
};

// One commitment to the weights. Their blinding lasts for so many proofs; then the next epoch begins, with the same
// weights under a new root.
struct Epoch {
  uint32_t number = 0;
  hash::Digest root;
  std::optional<WeightProof> handover;  // that the weights are those of the epoch before (handover.h); none for epoch 0
  bool operator==(const Epoch&) const = default;
};

struct PublicFile {
  verifier::Profile profile = verifier::Profile::k100;
  PublicModel model;
  WeightCommitment weights;
  std::vector<Epoch> epochs;
  std::optional<WeightProof> registration;  // of the weights' ranges (registration.h); absent when there are none
  bool operator==(const PublicFile&) const = default;
};

void write(Writer& out, const PublicModel& model);
Result<PublicModel> parse_public_model(Reader& in);
void write(Writer& out, const WeightCommitment& weights);
Result<WeightCommitment> parse_weight_commitment(Reader& in);

Bytes encode(const PublicFile& file);
// Errors: kBadMagic, kBadVersion, kBadChecksum, kTruncated, kTrailingBytes, kNonCanonical, kTooLarge. Nothing is
// believed yet: see admission.h.
Result<PublicFile> parse_public_file(ByteView bytes);

hash::Digest model_digest(const PublicModel& model);
// Requires at least one epoch.
hash::Digest model_id(const PublicFile& file);

// Does `bytes` begin with this magic of 16 bytes, the last but one being the version's digit?
// Errors: kBadVersion (the same kind, another version), kBadMagic.
Status check_magic(ByteView bytes, std::string_view magic, const char* place);
// The content of a file between its magic and its checksum, the digest of all before.
// Errors: those of check_magic, kTruncated, kBadChecksum.
Result<ByteView> checked_content(ByteView bytes, std::string_view magic, const char* place);
// Errors: kTruncated.
Result<hash::Digest> parse_digest(Reader& in);

}  // namespace tacit::receipt
