// The prover of LogUp-GKR (verifier/lookup.h).
#pragma once

#include <vector>

#include "tacit/prover/channel.h"
#include "tacit/statement/assignment.h"
#include "tacit/verifier/lookup.h"

namespace tacit::prover {

// The leaves of the tree: numerators and denominators, 2^depth each. Requires multiplicities and accumulators to be
// assigned.
template <class E>
struct Leaves {
  std::vector<E> p, q;
};
template <class E>
Leaves<E> make_leaves(const statement::System& system, const statement::Assignment& assignment,
                      const verifier::LookupChallenges<E>& challenges);

// From the root to the leaves; returns the point. Errors: kUnlucky when a denominator vanishes.
template <class E>
Result<std::vector<E>> prove_lookup_tree(VeilWriter<E>& veil, Leaves<E> leaves);

}  // namespace tacit::prover
