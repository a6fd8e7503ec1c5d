// Claims that the layer protocols leave behind, and the two reductions that carry them to one point of each oracle.
//
//   claim        Σ tensors + Σ accumulators + Σ publics + constant = value
//   instance     one weighted sum s = ⟨accumulator, weight⟩ of a contraction, shown by the contraction sumcheck
//   tensor claim Σ tensors = value: what remains
#pragma once

#include <vector>

#include "tacit/verifier/functional.h"
#include "tacit/verifier/veil.h"

namespace tacit::verifier {

template <class E>
struct Claim {
  Affine<E> value;
  Expansion<E> parts;
};

template <class E>
struct TensorClaim {
  Affine<E> value;
  std::vector<Functional<E>> tensors;
};

// s = Σ_{b,l,r} (Σ_τ left_τ[b,l])·right[r]·out[b,l,r]. The axes are the contraction's labels: `right` has a weight on
// right labels, each `left` on batch and left labels; all other labels hold the single value one.
template <class E>
struct Instance {
  statement::ContractionId contraction = 0;
  Weight<E> right;
  std::vector<Weight<E>> left;
};

// Groups a claim's accumulator parts into instances: parts of one contraction whose right weights agree.
template <class E>
std::vector<Instance<E>> instances_of(const statement::System& system, const Expansion<E>& parts);

// Values of the publics of a statement: constants from the system, stated ones from the receipt.
struct PublicValues {
  std::vector<std::vector<int64_t>> stated;  // one for each public; empty for constants
  std::span<const int64_t> of(const statement::System& system, uint32_t id) const {
    const statement::Public& item = system.publics[id];
    return item.kind == statement::PublicKind::kConstant ? item.values : stated[id];
  }
};

// The known part of a claim: constant + publics.
template <class E>
E known_part(const statement::System& system, const PublicValues& publics, const Expansion<E>& parts);

// ---- the degree-2 sumcheck under both reductions
//
// Σ_k Σ_x A_k(x)·C_k(x), where a pair on fewer bits n_k < n stands at prefix 0 of the longer cube: its final value has
// the factor Π_{t ≥ n_k} (1 − r_t). Top bit first; each round P sends [p(0)], [p(2)].

struct SumcheckLabels {
  Label round, point;
  bool outside_01 = false;  // challenges from E∖{0, 1}
};

template <class E>
struct SumcheckEnd {
  Affine<E> value;
  std::vector<E> point;  // coordinate t ↔ bit t

  // Π_{t ≥ bits} (1 − r_t)
  E prefix(int bits) const;
};

template <class E>
E sumcheck_challenge(Channel<E>& channel, const SumcheckLabels& labels);

// p(r) from p(0), p(2) and e = p(0) + p(1): the weights of (p(0), e, p(2)).
template <class E>
std::array<E, 3> quadratic_weights(const E& r);

template <class E>
SumcheckEnd<E> verify_sumcheck(Veil<E>& veil, const SumcheckLabels& labels, int bits, Affine<E> claim);

// ---- contractions (protocol step 4)

inline constexpr SumcheckLabels kContractionSumcheck{Label::kContractionRound, Label::kContractionPoint};

// Bits of the cube of one contraction: inner labels (last fastest), then batch labels (last fastest).
int contraction_bits(const statement::Contraction& contraction);

// Weights on operand a, and on operand c, whose sums are A′_k(r) and C_k(r) at a point of the cube.
template <class E>
std::vector<Weight<E>> left_operand_weights(const statement::Contraction& k, const Instance<E>& instance,
                                            std::span<const E> point);
template <class E>
Weight<E> right_operand_weight(const statement::Contraction& k, const Instance<E>& instance, std::span<const E> point);

// The operand's claim before its value is known: its expansion at the point.
template <class E>
Expansion<E> left_operand(const statement::System& system, const Instance<E>& instance, std::span<const E> point);
template <class E>
Expansion<E> right_operand(const statement::System& system, const Instance<E>& instance, std::span<const E> point);

// `sums[k]` is the claimed value of instances[k]. Draws λ, runs the sumcheck, receives the operands' values, asserts
// their products, and returns the claims on the operands.
template <class E>
std::vector<TensorClaim<E>> verify_contractions(Veil<E>& veil, const statement::System& system,
                                                const PublicValues& publics, const std::vector<Instance<E>>& instances,
                                                const std::vector<Affine<E>>& sums);

// ---- claims on cells (protocol step 5)

inline constexpr SumcheckLabels kClaimSumcheck{Label::kClaimRound, Label::kClaimPoint};

template <class E>
struct CellPoint {
  std::vector<E> point;          // shared; an oracle uses its first log_address coordinates
  std::vector<Affine<E>> value;  // of each oracle's cells there
};

// The largest log_address.
int claim_bits(const statement::System& system);

template <class E>
CellPoint<E> verify_claims(Veil<E>& veil, const statement::System& system, const std::vector<TensorClaim<E>>& claims);

}  // namespace tacit::verifier
