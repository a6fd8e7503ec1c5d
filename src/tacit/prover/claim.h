// The provers of contractions and of claims on cells (verifier/claim.h).
#pragma once

#include <vector>

#include "tacit/prover/cells.h"
#include "tacit/prover/channel.h"
#include "tacit/statement/assignment.h"
#include "tacit/verifier/claim.h"

namespace tacit::prover {

// ⟨accumulator, weights⟩ of an instance.
template <class E>
E instance_sum(const statement::System& system, const statement::Assignment& assignment,
               const verifier::Instance<E>& instance);

// Draws λ, runs the sumcheck, sends the operands' values. Returns what is claimed of tensors, with values left out.
template <class E>
std::vector<std::vector<verifier::Functional<E>>> prove_contractions(VeilWriter<E>& veil,
                                                                     const statement::System& system,
                                                                     const statement::Assignment& assignment,
                                                                     const std::vector<verifier::Instance<E>>& list);

// Oracles of at least 2^kLogLargeOracle cells aren't written down over the challenge field if that can be helped
// (block_claim.h).
inline constexpr int kLogLargeOracle = 17;

// Draws η, runs the sumcheck over all oracles' cells, sends their values. Returns the point.
// cells[o]: those of oracle o.
template <class E>
std::vector<E> prove_claims(VeilWriter<E>& veil, const statement::System& system,
                            const std::vector<std::vector<verifier::Functional<E>>>& claims,
                            const std::vector<const Cells*>& cells);

// dense[place] += scale·weight of every cell of the tensor; dense is the oracle's address space.
template <class E>
void add_weight(const statement::Tensor& tensor, const verifier::Weight<E>& weight, const E& scale, std::span<E> dense);

}  // namespace tacit::prover
