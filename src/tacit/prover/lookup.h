// The prover of LogUp-GKR (verifier/lookup.h).
#pragma once

#include <vector>

#include "tacit/prover/channel.h"
#include "tacit/prover/nodes.h"
#include "tacit/statement/assignment.h"
#include "tacit/verifier/lookup.h"

namespace tacit::prover {

// Numerators and denominators of a layer.
template <class E>
struct Fractions {
  Nodes<E> p, q;
  explicit Fractions(size_t size) : p(size), q(size) {}
  size_t size() const { return q.size(); }
};

// The leaves of the tree, 2^depth. Requires multiplicities and accumulators to be assigned.
template <class E>
Fractions<E> make_leaves(const statement::System& system, const statement::Assignment& assignment,
                         const verifier::LookupChallenges<E>& challenges);

// From the root to the leaves; returns the point. Errors: kUnlucky when a denominator vanishes.
template <class E>
Result<std::vector<E>> prove_lookup_tree(VeilWriter<E>& veil, Fractions<E> leaves);

}  // namespace tacit::prover
