// What a proof needs in memory, predicted from shapes: what stays throughout, and the stages that take turns.
#pragma once

#include <cstdint>

#include "tacit/statement/system.h"
#include "tacit/verifier/parameters.h"

namespace tacit::prover {

// Choices that trade time for memory; the bytes of a proof don't depend on them.
struct MemoryPlan {
  // Codewords of per-proof oracles up to this size stay between commitment and opening; rows of others are computed
  // again.
  uint64_t kept_codeword = uint64_t{32} << 20;
};

// Bytes, at their peak.
struct MemoryNeed {
  uint64_t values = 0;         // integers of the weights and of the witness
  uint64_t commitments = 0;    // cells, blinding, trees, kept codewords, masks
  uint64_t encoding = 0;       // while an oracle is encoded
  uint64_t lookups = 0;        // while the tree of lookups stands
  uint64_t claims = 0;         // while claims are reduced to points
  uint64_t opening = 0;        // while the folded vectors are opened
  uint64_t anonymous() const;  // all at once, and the process itself
  uint64_t mapped = 0;         // the cache of the weights' commitment, in the page cache
};

// Requires a placed system and check_shape(system, parameters).
MemoryNeed memory_need(const statement::System& system, const verifier::Parameters& parameters,
                       const MemoryPlan& plan = {});

// The plan that keeps most and needs no more than `cap` bytes with a tenth to spare; the most frugal one if none does.
MemoryPlan choose_memory_plan(const statement::System& system, const verifier::Parameters& parameters, uint64_t cap);

}  // namespace tacit::prover
