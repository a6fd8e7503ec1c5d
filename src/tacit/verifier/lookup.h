// LogUp-GKR: all lookups of all tables in one tree (protocol steps 2 and 3).
//
// Leaf = fraction p/q. A place of a lookup holds 1/(α − key), key = tag + Σ_{t ≥ 1} γ^t·column_t; a row of a table holds
// −m/(α − key); any other leaf 0/1. All lookups are in their tables exactly when the fractions add to zero for all α.
// Places of a block that lie outside a lookup's shape hold the table's padding row.
//
// Layer s has 2^s nodes; node i has children i and i + 2^s of layer s + 1: p = p₀q₁ + p₁q₀, q = q₀q₁. A claim (p, q) at a
// point of layer s becomes one of layer s + 1 by
//   Σ_i eq(r, i)·((p₀ + θq₀)·q₁ + p₁·q₀)(i) = p + θq,
// a sumcheck whose eq factor both sides split off: with t the rest, P sends [t(0)], [t(∞)], and
// e = (1 − r_j)·t(0) + r_j·t(1) gives t(1). Coordinates are bound in the order 3, 4, …, s − 1, 0, 1, 2.
#pragma once

#include <vector>

#include "tacit/verifier/claim.h"

namespace tacit::verifier {

// A block-aligned run of leaves: the places of a lookup or the rows of a segment.
struct LeafRegion {
  bool is_segment = false;
  uint32_t index = 0;  // lookup or table
  uint32_t segment = 0;
  int log_block = 0;
  uint64_t blocks = 0;
  uint64_t base = 0;
};

struct LeafLayout {
  int depth = 0;  // the tree has 2^depth leaves
  std::vector<LeafRegion> regions;
};

// Lookups in order, then segments in order; then stably by falling block size, one after the other.
LeafLayout leaf_layout(const statement::System& system);

// The order in which a layer of 2^s nodes binds its coordinates.
std::vector<int> binding_order(int s);

template <class E>
struct LookupChallenges {
  E gamma, alpha;
};

// The key's tag: tables are numbered from 1.
template <class E>
E table_tag(statement::TableId table) {
  return E(typename E::Base(uint64_t{table} + 1));
}

template <class E>
struct LeafClaim {
  std::vector<E> point;
  Affine<E> p, q;
};

template <class E>
LookupChallenges<E> verify_lookup_challenges(Channel<E>& channel, int alpha_grinding);

// From the root (p = 0, q ≠ 0) to the leaves.
template <class E>
LeafClaim<E> verify_lookup_tree(Veil<E>& veil, int depth);

// The two claims that the leaves' definition makes of (p, q) at a point.
template <class E>
std::vector<Claim<E>> leaf_claims(const statement::System& system, const LookupChallenges<E>& challenges,
                                  const LeafClaim<E>& leaf);

}  // namespace tacit::verifier
