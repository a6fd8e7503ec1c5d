// The opening (protocol step 9): the folded words are close to what was committed, and satisfy all linear constraints.
//
// H holds every folded word; each level commits to H (as columns over the challenge field), folds it over its columns
// by a degree-2 sumcheck against the batched constraints, and opens rows of what came before: rows of the stacks and
// of the pads at the first level, rows of the previous level later. The last vector is sent in the clear.
#pragma once

#include <vector>

#include "tacit/hash/digest.h"
#include "tacit/verifier/fold.h"
#include "tacit/verifier/h_vector.h"
#include "tacit/verifier/product_check.h"

namespace tacit::verifier {

// A committed matrix with salted rows of base-field words.
struct CommittedTree {
  uint64_t id = 0;
  hash::Digest root;
  uint32_t words = 0;  // base-field elements in a row
};

// The trees that one stack's positions open, in order: its oracles, then a mask tree of its own if it has one. The mask
// stands in the last kDegree words of tree `mask_tree`.
struct StackTrees {
  std::vector<CommittedTree> trees;
  size_t mask_tree = 0;
};

// Ids of trees. Those of weights and of data are the same in every system that opens them, whichever oracle they are.
inline constexpr uint64_t kWeightsTreeId = 0, kDataTreeId = uint64_t{4} << 32;
inline uint64_t oracle_tree_id(const statement::System& system, uint32_t oracle) {
  const statement::OracleKind kind = system.oracles[oracle].kind;
  if (kind == statement::OracleKind::kWeights) return kWeightsTreeId;
  return kind == statement::OracleKind::kData ? kDataTreeId : oracle;
}
inline uint64_t mask_tree_id(size_t stack) { return (uint64_t{1} << 32) + stack; }
inline constexpr uint64_t kPadsTreeId = uint64_t{2} << 32;
inline uint64_t level_tree_id(size_t level) { return (uint64_t{3} << 32) + level; }

// Which tree of a stack carries the mask: the first oracle committed by each proof, else none (a tree of its own).
int mask_oracle(const statement::System& system, const Stack& stack);

template <class E>
struct OpeningClaims {
  std::vector<StackFold<E>> folds;
  PadClaim<E> pads;  // ⟨p, weights⟩ = value
  E masked_pads;     // ⟨p′, weights⟩
  E pad_beta;        // β′
};

template <class E>
void verify_opening(ProofReader<E>& proof, const Parameters& parameters, const std::vector<StackTrees>& stacks,
                    const CommittedTree& pads, const OpeningClaims<E>& claims);

// The constraints on H before any row is opened; shared by both sides.
template <class E>
HConstraints<E> initial_constraints(const Parameters& parameters, const OpeningClaims<E>& claims);

// Value of the folded word at an opened row: g(x) + β·Σ_b w_b·f_b(x).
template <class E>
E fold_row(const StackFold<E>& fold, const StackTrees& trees, const std::vector<std::vector<typename E::Base>>& rows);
// p′(x) + β′·p(x) from a row of the pads' tree.
template <class E>
E fold_pad_row(const E& pad_beta, std::span<const typename E::Base> row);

}  // namespace tacit::verifier
