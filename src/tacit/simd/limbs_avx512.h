// Terms of a short transform in two signed limbs: cheaper to add and to shift than words. Internal to simd/.
//
// (low, high) stands for low + 2^48 high. As 2^96 ≡ −1, multiplication by 2^48 swaps the limbs and changes a
// sign, and a butterfly is four instructions, without carries. Bounds: a product has |low| < 2^53 and |high|
// < 2^58; sixteen of them added in any way, limbs swapped or not, stay below 2^62, which is where the bias of
// result() comes from.
#pragma once

#include "tacit/simd/goldilocks_avx512.h"

namespace tacit::simd {
namespace {

struct Limbs {
  __m512i low, high;

  // The first term, which goes into every output unshifted: it brings 2^62 − 2^14 · 2^48 = 0, so that the low
  // limb of an output is not negative.
  TACIT_INLINE static Limbs of(Lanes x) {
    __m512i low = _mm512_and_si512(x.v, _mm512_set1_epi64((1LL << 48) - 1));
    return {_mm512_add_epi64(low, _mm512_set1_epi64(1LL << 62)),
            _mm512_sub_epi64(_mm512_srli_epi64(x.v, 48), _mm512_set1_epi64(1LL << 14))};
  }
  // Columns of weight 2^0, 2^52 and 2^104 ≡ −2^8.
  TACIT_INLINE static Limbs product(Lanes x, const uint64_t* word, const uint64_t* word_high) {
    const __m512i w = Lanes::broadcast(*word).v, w_high = Lanes::broadcast(*word_high).v;
    const __m512i x_high = _mm512_srli_epi64(x.v, 52);
    __m512i c0 = _mm512_setzero_si512(), c1 = c0, c2 = c0;
    add_low52(c0, x.v, w);
    add_high52(c1, x.v, w);
    add_high52(c2, x.v, w_high);
    add_low52(c1, x.v, w_high);
    add_high52(c2, x_high, w);
    add_low52(c1, x_high, w);
    add_low52(c2, x_high, w_high);
    return {_mm512_sub_epi64(c0, _mm512_slli_epi64(c2, 8)), _mm512_slli_epi64(c1, 4)};
  }
  // high = 2^48 a + 2^16 b + c with b of 32 and c of 16 bits: 2^48 c + ε b − a.
  TACIT_INLINE Lanes result() const {
    Lanes sum = add_epsilon_times(_mm512_slli_epi64(high, 48), _mm512_srli_epi64(high, 16));
    __m512i rest = _mm512_sub_epi64(low, _mm512_srai_epi64(high, 48));
    __m512i total = _mm512_add_epi64(sum.v, rest);
    return {_mm512_mask_add_epi64(total, _mm512_cmplt_epu64_mask(total, rest), total, epsilon())};
  }
};

// x · 2^k, for k < 48 below.
template <int k>
TACIT_INLINE Limbs shift(Limbs x) {
  if constexpr (k == 0) {
    return x;
  } else {
    // The upper k bits of each limb move into the other, those of `high` with a change of sign.
    auto kept = [](__m512i limb) __attribute__((always_inline)) {
      return _mm512_srli_epi64(_mm512_slli_epi64(limb, 16 + k), 16);
    };
    __m512i from_low = _mm512_srai_epi64(x.low, 48 - k), from_high = _mm512_srai_epi64(x.high, 48 - k);
    return {_mm512_sub_epi64(kept(x.low), from_high), _mm512_add_epi64(kept(x.high), from_low)};
  }
}

// (a + b, (a − b) 2^k).
template <int k>
TACIT_INLINE void butterfly(Limbs& a, Limbs& b) {
  Limbs sum{_mm512_add_epi64(a.low, b.low), _mm512_add_epi64(a.high, b.high)};
  if constexpr (k < 48) {
    b = shift<k>(Limbs{_mm512_sub_epi64(a.low, b.low), _mm512_sub_epi64(a.high, b.high)});
  } else {
    b = shift<k - 48>(Limbs{_mm512_sub_epi64(b.high, a.high), _mm512_sub_epi64(a.low, b.low)});
  }
  a = sum;
}

}  // namespace
}  // namespace tacit::simd
