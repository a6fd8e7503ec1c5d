// Splitting of polynomial blocks by radix 2 … 16, over the Lanes of a level. Internal to simd/: included by
// the files of a level, in whose anonymous namespace everything lands. One of goldilocks_*.h gives
//
//   Lanes                  eight residues mod p: broadcast, zero, load (words, integers), store
//   add, sub               the second operand canonical
//   canonical, mul, mul_by (a word in memory), shift<k> (· 2^k), transpose (8 × 8)
//   Lanes::Term            what a short transform adds and shifts, Lanes itself or something cheaper:
//                          of(Lanes), product(Lanes, word, its upper 12 bits), result(), butterfly<k>.
//
// f mod (X^(Rl) − z^R) has the parts f_k, k < R, of l coefficients; its residues mod (X^l − z ω^bitrev(p)),
// ω = root_of_unity(log R) = 2^(192/R), are Σ_k ω^(k bitrev(p)) z^k f_k: a short transform of the scaled
// parts, whose constants are shifts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "tacit/simd/inline.h"
#include "tacit/simd/twiddles.h"

namespace tacit::simd {
namespace {

// (a + b, (a − b) 2^k).
template <int k, class Lanes>
TACIT_INLINE void butterfly(Lanes& a, Lanes& b) {
  Lanes c = canonical(b), difference = sub(a, c);
  a = add(a, c);
  b = shift<k>(difference);
}

// The transform of R vectors, R = 2, 4, 8 or 16; output p is that of frequency bitrev(p).
template <int R, class Lanes>
TACIT_INLINE void short_transform(Lanes* x) {
  if constexpr (R > 1) {
    [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
      (butterfly<192 / R * i>(x[i], x[i + R / 2]), ...);
    }
    (std::make_integer_sequence<int, R / 2>());
    short_transform<R / 2>(x);
    short_transform<R / 2>(x + R / 2);
  }
}

// The transpose of butterfly: (a + 2^k b, a − 2^k b).
template <int k, class Lanes>
TACIT_INLINE void transposed_butterfly(Lanes& a, Lanes& b) {
  Lanes c = canonical(shift<k>(b));
  b = sub(a, c);
  a = add(a, c);
}

// The transpose of short_transform: out[k] = Σ_p ω^(k bitrev(p)) in[p].
template <int R, class Lanes>
TACIT_INLINE void transposed_short_transform(Lanes* x) {
  if constexpr (R > 1) {
    transposed_short_transform<R / 2>(x);
    transposed_short_transform<R / 2>(x + R / 2);
    [&]<int... i>(std::integer_sequence<int, i...>) __attribute__((always_inline)) {
      (transposed_butterfly<192 / R * i>(x[i], x[i + R / 2]), ...);
    }
    (std::make_integer_sequence<int, R / 2>());
  }
}

inline uint64_t times(uint64_t a, uint64_t b) {
  constexpr uint64_t kEpsilon = 0xffffffff;
  unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  uint64_t low = static_cast<uint64_t>(product), high = static_cast<uint64_t>(product >> 64);
  uint64_t t = low - (high >> 32);
  if (low < high >> 32) t -= kEpsilon;
  uint64_t u = (high & kEpsilon) * kEpsilon, sum = t + u;
  return sum < u ? sum + kEpsilon : sum;
}

TACIT_INLINE uint64_t twiddle(Twiddles t, uint64_t b) {
  return times(t.low[b & ((1 << kLogLowTwiddles) - 1)], t.high[b >> kLogLowTwiddles]);
}

// 1, z, …, z^(R−1) for the splitting of block b in R, a word that mul_by may touch, and their upper 12 bits.
template <int R>
struct Powers {
  uint64_t word[R + 1], high[R];

  Powers(Twiddles t, uint64_t b) {
    uint64_t z = twiddle(t, b);
    for (int r = R; r < 16; r *= 2) z = times(z, z);
    word[0] = 1;
    word[1] = z;
    for (int k = 2; k < R; ++k) word[k] = times(word[k / 2], word[k - k / 2]);
    word[R] = 0;
    for (int k = 0; k < R; ++k) high[k] = word[k] >> 52;
  }
};

// One vector of each part, `from` words apart, to one of each residue, `to` words apart. Power k lies at
// powers[kStep k], its upper bits at highs[kStep k].
template <class Lanes, int R, int kStep, bool kCanonical>
TACIT_INLINE void split_vectors(const uint64_t* in, size_t from, uint64_t* out, size_t to, const uint64_t* powers,
                                const uint64_t* highs) {
  // Below, products are too few to pay for the way back from terms.
  using Term = std::conditional_t<(R >= 8), typename Lanes::Term, Lanes>;
  Term x[R];
  x[0] = Term::of(Lanes::load(in));
#pragma GCC unroll 16
  for (int k = 1; k < R; ++k) x[k] = Term::product(Lanes::load(in + from * k), powers + kStep * k, highs + kStep * k);
  short_transform<R>(x);
#pragma GCC unroll 16
  for (int k = 0; k < R; ++k) {
    Lanes y = x[k].result();
    (kCanonical ? canonical(y) : y).store(out + to * k);
  }
}

// The transpose: out part k = z^k Σ_p ω^(k bitrev(p)) in part p.
template <class Lanes, int R>
TACIT_INLINE void join_vectors(uint64_t* x, size_t words, const uint64_t* powers) {
  Lanes v[R];
#pragma GCC unroll 16
  for (int p = 0; p < R; ++p) v[p] = Lanes::load(x + words * p);
  transposed_short_transform<R>(v);
  v[0].store(x);
#pragma GCC unroll 16
  for (int k = 1; k < R; ++k) mul_by(v[k], powers + k).store(x + words * k);
}

enum class Direction { kSplit, kJoin };

// Words [begin, end) of each part of block b, in place; parts lie `words` words apart.
template <class Lanes, int R, Direction kDirection>
__attribute__((noinline)) void step_block(uint64_t* x, size_t words, size_t begin, size_t end, Twiddles t, uint64_t b) {
  const Powers<R> powers(t, b);
  for (size_t i = begin; i < end; i += 8) {
    if constexpr (kDirection == Direction::kSplit) {
      split_vectors<Lanes, R, 1, false>(x + i, words, x + i, words, powers.word, powers.high);
    } else {
      join_vectors<Lanes, R>(x + i, words, powers.word);
    }
  }
}

// The same for a radix known at run time, 2^log_radix.
template <class Lanes, Direction kDirection = Direction::kSplit>
void step_block(uint64_t* x, size_t words, size_t begin, size_t end, int log_radix, Twiddles t, uint64_t b) {
  switch (log_radix) {
    case 1:
      return step_block<Lanes, 2, kDirection>(x, words, begin, end, t, b);
    case 2:
      return step_block<Lanes, 4, kDirection>(x, words, begin, end, t, b);
    case 3:
      return step_block<Lanes, 8, kDirection>(x, words, begin, end, t, b);
    default:
      return step_block<Lanes, 16, kDirection>(x, words, begin, end, t, b);
  }
}

}  // namespace
}  // namespace tacit::simd
