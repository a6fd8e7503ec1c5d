// The fold of each stack (protocol steps 6 and 7): all limbs of a stack at a point become one masked word.
//
// For stack S with limbs limb_0 … limb_{L−1}, mask g and row functional v = eq(z_row, ·) on the message rows:
//   P: [u_b = ⟨limb_b, v⟩] for every b, [⟨g, v⟩]        checks Σ_b eq(z_col, b)·u_b = cell value of each oracle
//   V: μ, β        h = g + β·Σ_b eq(μ, b)·limb_b
//   P: c = ⟨h, v⟩ in the clear                          checks c = ⟨g, v⟩ + β·Σ_b eq(μ, b)·u_b
#pragma once

#include <vector>

#include "tacit/verifier/claim.h"
#include "tacit/verifier/parameters.h"

namespace tacit::verifier {

template <class E>
struct StackFold {
  std::vector<E> row_point;    // z_row
  std::vector<E> limb_weight;  // eq(μ, b)
  E beta = E::zero();
  E value = E::zero();  // c
};

// Limbs of all oracles of a stack.
uint32_t stack_limbs(const statement::System& system, const Stack& stack);

template <class E>
std::vector<StackFold<E>> verify_folds(Veil<E>& veil, const statement::System& system, const Parameters& parameters,
                                       const CellPoint<E>& cells);

}  // namespace tacit::verifier
