// From values to proofs: commitment, registration, receipts. Knows nothing of ONNX.
#pragma once

#include <functional>
#include <span>
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

// The ledger of committed data, and the oracle that they are in the system of a proof.
struct DataLedger {
  std::string path;
  LedgerHeader expected;
  statement::OracleId oracle = 0;
};
// Spends one proof of the model's epoch and of each committed data; nothing of the model's when data have no proof left.
// Returns the state of the model's ledger. Errors: those of spend.
Result<LedgerState> spend_proof(const std::string& ledger, const LedgerHeader& expected,
                                const verifier::Parameters& parameters, std::span<const DataLedger> data = {});

// One proof under its ledgers: spends, derives a seed, proves; again with a new serial when the challenges hit a pole.
struct ProofJob {
  const verifier::Statement& statement;
  const statement::Assignment& assignment;
  std::vector<const WeightMatrix*> fixed;  // of the oracles of weights and data, in order
  // Writes the proof's rows into the ledger, or ledgers, and gives the state that seeds come from. Called before every
  // attempt.
  std::function<Result<LedgerState>()> spend;
  hash::Digest inputs;  // of the integers of the inputs
  prover::StageTimes* times = nullptr;
  prover::MemoryPlan memory = {};
};
struct Proof {
  Bytes bytes;
  LedgerState ledger;  // of the weights, after the last spending
};
// Errors: those of `spend`, prover::prove and the operating system's generator.
Result<Proof> prove_with_ledger(const ProofJob& job);

// What a proof about the weights alone speaks of, and its witness.
struct WeightCase {
  statement::System system;  // placed
  statement::Assignment assignment;
  verifier::Parameters parameters;
};
// Errors: those of receipt::registration_system and prover::plan; kConstraintViolated (a weight out of its range).
// Requires a file with its weights' commitment. Nothing when there is nothing to register.
Result<std::optional<WeightCase>> registration_case(const receipt::PublicFile& file, const Weights& weights,
                                                    int threads);

// The same for the handover to any epoch: one case serves them all.
Result<std::optional<WeightCase>> handover_case(const receipt::PublicFile& file, const Weights& weights, int threads);

}  // namespace tacit::api
