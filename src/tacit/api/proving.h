// From values to proofs: commitment, registration, receipts. Knows nothing of ONNX.
#pragma once

#include <functional>
#include <string>

#include "tacit/api/ledger.h"
#include "tacit/field/fields.h"
#include "tacit/prover/prove.h"
#include "tacit/receipt/admission.h"
#include "tacit/receipt/registration.h"

namespace tacit::api {

using WeightMatrix = prover::Matrix<field::Goldilocks>;

// The integers of a model's weights, by tensor of its system; tensors of other oracles are empty.
using Weights = std::vector<std::vector<int64_t>>;

// Commits the weights of an epoch. The same seed gives the same commitment, so that it need not be stored.
WeightMatrix commit_weights(const receipt::PublicModel& model, const receipt::WeightCommitment& shape,
                            const Weights& weights, const hash::Seed& seed);

enum class CacheUse : uint8_t {
  kUsed,     // the file held the commitment
  kWritten,  // there was none that fits: it was computed, and a file made
  kNone,     // computed; no file could be made
};

// The same with its tree, and perhaps its codeword, in NAME.cache (cache.h). `model_sum` is the checksum of NAME.tacit.
struct CachedWeights {
  WeightMatrix matrix;
  CacheUse use;
};
CachedWeights commit_weights(const receipt::PublicModel& model, const receipt::WeightCommitment& shape,
                             const Weights& weights, const hash::Seed& seed, const std::string& cache,
                             const hash::Digest& model_sum);

// One proof under a ledger: spends, derives a seed, proves; again with a new serial when the challenges hit a pole.
struct ProofJob {
  const verifier::Statement& statement;
  const statement::Assignment& assignment;
  const WeightMatrix& weights;
  const std::string& ledger;  // its path
  const hash::Digest& model_id;
  Spending kind = Spending::kProof;
  hash::Digest inputs;  // of the integers of the inputs
  prover::StageTimes* times = nullptr;
  prover::MemoryPlan memory = {};
};
struct Proof {
  Bytes bytes;
  LedgerState ledger;  // after the last spending
};
// Errors: those of spend, prover::prove and the operating system's generator.
Result<Proof> prove_with_ledger(const ProofJob& job);

// What a registration proof speaks of, and its witness.
struct RegistrationCase {
  statement::System system;  // placed
  statement::Assignment assignment;
  verifier::Parameters parameters;
};
// Errors: those of receipt::registration_system and prover::plan; kConstraintViolated (a weight out of its range).
// Requires a file with its weights' commitment. Nothing when there is nothing to register.
Result<std::optional<RegistrationCase>> registration_case(const receipt::PublicFile& file, const Weights& weights,
                                                          int threads);

}  // namespace tacit::api
