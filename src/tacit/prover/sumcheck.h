// The prover of the degree-2 sumcheck Σ_k scale_k·Σ_x A_k(x)·C_k(x) of verifier/claim.h.
#pragma once

#include <vector>

#include "tacit/prover/channel.h"
#include "tacit/verifier/claim.h"

namespace tacit::prover {

template <class E>
struct SumcheckPair {
  E scale = E::one();
  std::vector<E> a, c;  // of equal length 2^bits
};

// Runs all rounds; afterwards a[0] and c[0] of each pair are its final values. Returns the point.
template <class E>
std::vector<E> prove_sumcheck(VeilWriter<E>& veil, const verifier::SumcheckLabels& labels, int bits,
                              std::vector<SumcheckPair<E>>& pairs);

}  // namespace tacit::prover
