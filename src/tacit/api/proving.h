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

// One proof under a ledger: spends, derives a seed, proves; again with a new serial when the challenges hit a pole.
struct ProofJob {
  const verifier::Statement& statement;
  const statement::Assignment& assignment;
  std::vector<const WeightMatrix*> weights;  // one for each oracle of weights
  // Writes the proof's rows into the ledger, or ledgers, and gives the state that seeds come from. Called before every
  // attempt.
  std::function<Result<LedgerState>()> spend;
  hash::Digest inputs;  // of the integers of the inputs
  prover::StageTimes* times = nullptr;
};
struct Proof {
  Bytes bytes;
  LedgerState ledger;  // after the last spending
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
