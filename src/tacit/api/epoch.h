// Epochs of a model's commitment: the one that proofs are made in, and the step to the next.
#pragma once

#include "tacit/api/model_file.h"
#include "tacit/api/staging.h"
#include "tacit/api/tacit.h"

namespace tacit::api {

// A ledger's header for a commitment of this shape, without model id, root and seed.
LedgerHeader ledger_header(const receipt::WeightCommitment& shape, uint32_t epoch);

// Weights committed under a seed that nobody else has.
struct NewCommitment {
  LedgerHeader header;  // without the model id
  CachedWeights weights;
};
// Here and below `weights` are those of the model's program, which may have been taken out of it. Writes NAME.cache.
// Errors: kEnvironment (no randomness).
Result<NewCommitment> commit_epoch(const ModelFile& model, const Weights& weights, const ModelPaths& paths,
                                   uint32_t epoch);

// What a proof needs: an epoch that NAME.pub lists, and its commitment.
struct OpenEpoch {
  LedgerState ledger;
  CachedWeights weights;
  receipt::PublicFile open;
};
// The epoch of NAME.ledger. Errors: those of read_ledger and of reading NAME.pub; kBadLedger (it belongs to another
// model), kWrongEpoch (it isn't the last epoch that NAME.pub lists).
Result<OpenEpoch> open_epoch(const ModelFile& model, const Weights& weights, const ModelPaths& paths);

enum class When : uint8_t {
  kNow,    // whatever is left of the old epoch
  kIfDue,  // when the old epoch is nearly spent; else the old one stays
};
// Begins the next epoch: commits the weights under a fresh seed, spends a handover of both ledgers, proves it, publishes.
// Returns the new epoch. Errors: those of open_epoch, Staging and prove_with_ledger; kLocked (another process begins an
// epoch), kBudgetSpent (no rows for a handover are left), kTooLarge (kMaxEpochs).
Result<OpenEpoch> next_epoch(const ModelFile& model, const Weights& weights, const ModelPaths& paths, When when);

// NAME.tacit. Errors: those of reading it.
Result<ModelFile> read_model(const std::string& path);

}  // namespace tacit::api
