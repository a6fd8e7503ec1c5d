// Eight elements of F[X]/(X² − 7) in two AVX-512 registers, by the 52-bit multiply-adds of IFMA. Internal to simd/.
//
// A product of 64-bit words is accumulated in *columns*: value = c_0 + 2^52·c_1 + 2^104·c_2. With x = x_l + 2^52·x_h each
// product adds less than 2^52 to c_0, less than 2^54 to c_1 and less than 2^26 to c_2, so that many products share one
// reduction; scaled by 7, 128 of them fit.
#pragma once

#include "tacit/simd/goldilocks_avx512.h"

namespace tacit::simd {
namespace {

// Eight words with their upper 12 bits apart, ready to be multiplied.
struct Split {
  __m512i low, high;
};
TACIT_INLINE Split split(Lanes x) { return {x.v, _mm512_srli_epi64(x.v, 52)}; }
TACIT_INLINE Split split(uint64_t x) { return split(Lanes::broadcast(x)); }

struct Columns52 {
  __m512i c0, c1, c2;

  TACIT_INLINE static Columns52 zero() {
    return {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()};
  }
  TACIT_INLINE static Columns52 from(Lanes x) {
    return {_mm512_and_si512(x.v, _mm512_set1_epi64((1LL << 52) - 1)), _mm512_srli_epi64(x.v, 52),
            _mm512_setzero_si512()};
  }
  TACIT_INLINE void add_product(const Split& x, const Split& y) {
    c0 = _mm512_madd52lo_epu64(c0, x.low, y.low);
    c1 = _mm512_madd52hi_epu64(c1, x.low, y.low);
    c1 = _mm512_madd52lo_epu64(c1, x.low, y.high);
    c2 = _mm512_madd52hi_epu64(c2, x.low, y.high);
    c1 = _mm512_madd52lo_epu64(c1, x.high, y.low);
    c2 = _mm512_madd52hi_epu64(c2, x.high, y.low);
    c2 = _mm512_madd52lo_epu64(c2, x.high, y.high);
  }
  TACIT_INLINE void add_seven_times(const Columns52& y) {
    auto seven = [](__m512i v) { return _mm512_sub_epi64(_mm512_slli_epi64(v, 3), v); };
    c0 = _mm512_add_epi64(c0, seven(y.c0));
    c1 = _mm512_add_epi64(c1, seven(y.c1));
    c2 = _mm512_add_epi64(c2, seven(y.c2));
  }
  // A residue, not canonical. Above 2^64 the value is h + 2^40·c_2: 2^64 ≡ ε takes the low 32 bits of h, 2^96 ≡ −1 the
  // rest.
  TACIT_INLINE Lanes reduce() const {
    const __m512i mask = _mm512_set1_epi64((1LL << 52) - 1);
    const __m512i middle = _mm512_add_epi64(c1, _mm512_srli_epi64(c0, 52));
    const __m512i low = _mm512_or_si512(_mm512_and_si512(c0, mask), _mm512_slli_epi64(middle, 52));
    const __m512i h = _mm512_srli_epi64(middle, 12);
    const Lanes rest = sub({low}, {_mm512_add_epi64(_mm512_srli_epi64(h, 32), _mm512_slli_epi64(c2, 8))});
    return add_epsilon_times(rest.v, h);
  }
};

struct Quadratic {
  Lanes c[2];
};
struct SplitQuadratic {
  Split c[2];
};

TACIT_INLINE SplitQuadratic split(const Quadratic& x) { return {{split(x.c[0]), split(x.c[1])}}; }
TACIT_INLINE Quadratic canonical(const Quadratic& x) { return {{canonical(x.c[0]), canonical(x.c[1])}}; }
// Requires y canonical.
TACIT_INLINE Quadratic add(const Quadratic& x, const Quadratic& y) {
  return {{add(x.c[0], y.c[0]), add(x.c[1], y.c[1])}};
}
TACIT_INLINE Quadratic sub(const Quadratic& x, const Quadratic& y) {
  return {{sub(x.c[0], y.c[0]), sub(x.c[1], y.c[1])}};
}

// Σ x·y, reduced once.
struct QuadraticSum {
  Columns52 x0y0, x1y1, cross;

  TACIT_INLINE static QuadraticSum zero() { return {Columns52::zero(), Columns52::zero(), Columns52::zero()}; }
  TACIT_INLINE void add_product(const SplitQuadratic& x, const SplitQuadratic& y) {
    x0y0.add_product(x.c[0], y.c[0]);
    x1y1.add_product(x.c[1], y.c[1]);
    cross.add_product(x.c[0], y.c[1]);
    cross.add_product(x.c[1], y.c[0]);
  }
  TACIT_INLINE Quadratic reduce() const {
    Columns52 c0 = x0y0;
    c0.add_seven_times(x1y1);
    return {{c0.reduce(), cross.reduce()}};
  }
};

// A constant factor k = k_0 + k_1 X in all lanes, with 7·k_1.
struct QuadraticFactor {
  Split k0, k1, seven_k1;
};
TACIT_INLINE QuadraticFactor factor(uint64_t k0, uint64_t k1, uint64_t seven_k1) {
  return {split(k0), split(k1), split(seven_k1)};
}
// base + k·x, canonical.
TACIT_INLINE Quadratic add_multiple(const Quadratic& base, const QuadraticFactor& k, const Quadratic& x) {
  const SplitQuadratic s = split(x);
  Columns52 c0 = Columns52::from(base.c[0]), c1 = Columns52::from(base.c[1]);
  c0.add_product(s.c[0], k.k0);
  c0.add_product(s.c[1], k.seven_k1);
  c1.add_product(s.c[0], k.k1);
  c1.add_product(s.c[1], k.k0);
  return {{canonical(c0.reduce()), canonical(c1.reduce())}};
}

}  // namespace
}  // namespace tacit::simd
