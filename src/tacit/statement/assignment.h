// An assignment of integers to a system's cells, and what the system says about it, straight from the definitions.
//
// This is the reference: slow, obvious, over the integers. The lowering's tests and the prover's self-check use it.
#pragma once

#include <cstdint>
#include <vector>

#include "tacit/base/error.h"
#include "tacit/statement/system.h"

namespace tacit::statement {

// Row-major integers over natural shapes (no strips, no padding).
struct Assignment {
  std::vector<std::vector<int64_t>> tensors;       // one for each tensor
  std::vector<std::vector<int64_t>> publics;       // one for each public; constants may stay empty
  std::vector<std::vector<int64_t>> accumulators;  // one for each contraction, over its output labels
};

// The value of a view at every element of `labels`, row-major, times 2^log_denominator.
// Requires the sources that it reads to be assigned. Overflow beyond int64 is a programmer's error (checked).
std::vector<int64_t> evaluate(const System& system, const Assignment& assignment, const Space& labels,
                              const View& view);

// Fills the accumulator of one contraction from its operands.
void contract(const System& system, Assignment& assignment, ContractionId id);

// Fills the multiplicity tensors from the lookups; a lookup that is in no row is kConstraintViolated ("lookup", which).
Status count_multiplicities(const System& system, Assignment& assignment);

// Do all lookups and identities hold, and the multiplicities count? Accumulators are recomputed.
// Errors: kConstraintViolated naming "lookup" or "identity" or "multiplicity" and its number.
Status satisfies(const System& system, const Assignment& assignment);

}  // namespace tacit::statement
