// The transforms of poly/ntt.h, vectorised: same names, same orders, same results.
//
// T is field::Goldilocks, Goldilocks2 or Goldilocks3; an extension element is an array of words, transformed
// word by word. Running time depends on sizes and positions only.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "tacit/field/fields.h"
#include "tacit/simd/loop.h"

namespace tacit::simd {

// In place: coefficients → evaluations, in bit-reversed order. |values| is a power of two ≤ 2^32;
// coefficients from `n_coefficients` on are taken as zero, whatever they hold.
template <class T>
void evaluate_bitrev_in_place(std::span<T> values, size_t n_coefficients, Loop loop = serial);

// In place: evaluations → coefficients.
template <class T>
void interpolate_bitrev_in_place(std::span<T> values, Loop loop = serial);

// Σ_j weight_j · x_{position_j}^i for i < count; positions may repeat. Requires: positions < 2^log_n, log_n ≤
// 32, count ≤ 2^log_n. Memory: the result and, in the worst case, as much again.
template <class T>
std::vector<T> sparse_power_sums(std::span<const std::pair<uint64_t, T>> terms, int log_n, size_t count,
                                 Loop loop = serial);

}  // namespace tacit::simd
