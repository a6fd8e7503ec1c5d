// The layers of LogUp-GKR over the quadratic extension of Goldilocks: fractions added two by two, and the sumcheck that
// goes back from a layer to its children (protocol: verifier/lookup.h).
//
// Nodes are stored in *blocks* of eight elements of F[X]/(X² − 7): the eight coefficients c_0, then the eight c_1; node i
// is lane i mod 8 of block ⌊i/8⌋. Words are canonical. Index bit 3 is the lowest bit of a block's number; the kernels bind
// the coordinates of bits 3, 4, … in turn, so that neighbouring blocks are combined and every pass reads forwards.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "tacit/field/fields.h"
#include "tacit/simd/loop.h"

namespace tacit::simd {

inline constexpr size_t kBlockWords = 16;

// Where the words of node i are.
inline size_t block_word(size_t i) { return i / 8 * kBlockWords + i % 8; }

// Parents of a layer: with half = blocks of p or q over two, p[v] = p₀q₁ + p₁q₀ and q[v] = q₀q₁ for children v and
// v + half. `blocks` counts the parents' blocks.
void add_fractions(const uint64_t* child_p, const uint64_t* child_q, size_t blocks, uint64_t* p, uint64_t* q,
                   Loop loop = serial);

// The four arrays of a layer's sumcheck; each of the same number of blocks.
struct LayerView {
  const uint64_t* u0;  // p₀ + θq₀; before the first fold: p₀ alone (`theta` is then given)
  const uint64_t* p1;
  const uint64_t* q0;
  const uint64_t* q1;
};
struct LayerStore {
  uint64_t *u0, *p1, *q0, *q1;
};

using LayerMessage = std::array<field::Goldilocks2, 2>;  // t(0), t(∞)

// The message for the coordinate of bit 3: Σ over pairs of blocks v and lanes of eq_low[lane]·eq_high[v]·(…).
// Requires eq_high.size() = blocks / 2.
LayerMessage layer_message(const LayerView& in, const field::Goldilocks2& theta, size_t blocks,
                           const std::array<field::Goldilocks2, 8>& eq_low, std::span<const field::Goldilocks2> eq_high,
                           Loop loop = serial);

// Binds bit 3 to r (with u₀ = p₀ + θq₀ when `theta` is not null), writes blocks / 2 blocks, and returns the message for
// the next coordinate, with eq_high.size() = blocks / 4; zeros when blocks = 2. `out` may not overlap `in`.
LayerMessage layer_fold(const LayerView& in, const field::Goldilocks2* theta, const field::Goldilocks2& r,
                        size_t blocks, const std::array<field::Goldilocks2, 8>& eq_low,
                        std::span<const field::Goldilocks2> eq_high, const LayerStore& out, Loop loop = serial);

}  // namespace tacit::simd
