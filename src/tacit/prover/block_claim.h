// The top rounds of the sumcheck on one oracle's cells, without writing weights or cells down over the challenge field.
//
// An address is (hi, lo), lo its lowest k bits. Weights on tensors are products over axes, so that every row of 2^k
// weights is a scalar times one of few *patterns* v_c (tensors of a model share the coordinates of their points):
//
//   w[hi, lo] = Σ_c u_c[hi] · v_c[lo]          G_c[hi] = Σ_lo cell[hi, lo] · v_c[lo]
//
// The rounds over hi are those of Σ_c ⟨u_c, G_c⟩: vectors of 2^(bits − k) elements. What is left is a pair over lo,
//   a[lo] = Σ_c u_c(r) · v_c[lo],   c[lo] = Σ_hi eq(r, hi) · cell[hi, lo].
// Two passes over the cells as they lie in memory, the first with one product for each pattern. The messages are those of
// the plain sumcheck.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "tacit/prover/cells.h"
#include "tacit/prover/sumcheck.h"

namespace tacit::prover {

// Σ_i scale_i · functional_i on the tensors of one oracle, split at bit `log_row`.
template <class E>
struct BlockWeights {
  int log_row = 0;
  std::vector<std::vector<E>> patterns;  // v_c, 2^log_row each
  std::vector<std::vector<E>> scalars;   // u_c, 2^(address bits − log_row) each
};

template <class E>
struct ScaledFunctional {
  const verifier::Functional<E>* functional;
  E scale;
};

// Nothing when more than `most` patterns are needed.
template <class E>
std::optional<BlockWeights<E>> block_weights(const statement::System& system, statement::OracleId oracle, int log_row,
                                             std::span<const ScaledFunctional<E>> list, size_t most);

// Requires weights split at or below the rows of a limb.
template <class E>
std::unique_ptr<TopRounds<E>> block_rounds(const Cells& cells, BlockWeights<E> weights);

}  // namespace tacit::prover
