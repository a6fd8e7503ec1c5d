// Number-theoretic transforms over the subgroup of order n = 2^log_n.
//
// Coefficients are in natural order. Evaluations are in bit-reversed order: position j holds the value at
//   x_j = domain_point(log_n, j) (domain.h),
// so that positions 2b and 2b + 1 hold the values at two points x and −x whose square is x_b of half the
// size.
//
// The transform splits f mod (x^2l − c²) into f mod (x^l − c) and f mod (x^l + c). The c of block b is
// c_b = root_of_unity(k+1)^(bitrev_k(b)) for every k with b < 2^k: one table of twiddles serves all stages.
//
// T is a base field or an extension; an extension element is transformed limb by limb with base-field
// twiddles. Tables are made once per size and kept (thread-safe). Running time depends on sizes and positions
// only. This scalar code is the oracle for the vectorised kernels.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "tacit/field/fields.h"
#include "tacit/poly/domain.h"

namespace tacit::poly {

// In place: coefficients → evaluations. |values| is the power of two n ≤ 2^kTwoAdicity; coefficients from
// `n_coefficients` on are taken as zero, whatever they hold, and the stages above them are skipped.
template <field::Field T>
void evaluate_bitrev_in_place(std::span<T> values, size_t n_coefficients);
// In place: evaluations → coefficients.
template <field::Field T>
void interpolate_bitrev_in_place(std::span<T> values);

// The values of a polynomial at x_0, …, x_{n−1}. Requires: |coefficients| ≤ 2^log_n.
template <field::Field T>
std::vector<T> evaluate_bitrev(std::span<const T> coefficients, int log_n);
// The n coefficients of the polynomial with these values. Requires: |evaluations| a power of two.
template <field::Field T>
std::vector<T> interpolate_bitrev(std::span<const T> evaluations);

// Σ_j weight_j · x_{position_j}^i for i < count: the transpose of evaluation at the given positions, which
// may repeat. Requires: positions < 2^log_n, count ≤ 2^log_n. Cost: one transform, of which only the blocks
// that hold a position and the outputs below count are computed; memory 2^log_n elements.
template <field::Field T>
std::vector<T> sparse_power_sums(std::span<const std::pair<uint64_t, T>> terms, int log_n, size_t count);

}  // namespace tacit::poly
