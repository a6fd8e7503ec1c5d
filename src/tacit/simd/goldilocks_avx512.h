// Eight Goldilocks words in an AVX-512 register. Internal to simd/; see columns_kernel.h for the interface.
//
// Words are residues: any 64-bit value x stands for x mod p. A canonical word is below p. With ε = 2^32 − 1,
// 2^64 ≡ ε, so a carry out of a sum is repaired by adding ε and a borrow by subtracting it; the repair can't
// carry again when one operand is canonical.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "tacit/simd/inline.h"

namespace tacit::simd {
namespace {

struct Limbs;  // limbs_avx512.h

struct Lanes {
  static constexpr uint64_t kEpsilon = 0xffffffff;
  __m512i v;

  TACIT_INLINE static Lanes broadcast(uint64_t x) { return {_mm512_set1_epi64(static_cast<long long>(x))}; }
  TACIT_INLINE static Lanes zero() { return {_mm512_setzero_si512()}; }
  TACIT_INLINE static Lanes load(const uint64_t* p) { return {_mm512_loadu_si512(p)}; }
  // Eight integers as residues, canonical: those below zero get p, that is, lose ε.
  TACIT_INLINE static Lanes load(const int16_t* p) {
    return of_signed(_mm512_cvtepi16_epi64(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
  }
  TACIT_INLINE static Lanes load(const int32_t* p) {
    return of_signed(_mm512_cvtepi32_epi64(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))));
  }
  TACIT_INLINE static Lanes load(const int64_t* p) { return of_signed(_mm512_loadu_si512(p)); }
  TACIT_INLINE void store(uint64_t* p) const { _mm512_storeu_si512(p, v); }

  // See Lanes::Term in ring_split.h.
  using Term = Limbs;
  TACIT_INLINE static Lanes of(Lanes x) { return x; }
  TACIT_INLINE static Lanes product(Lanes x, const uint64_t* factor, const uint64_t* high);
  TACIT_INLINE Lanes result() const { return *this; }

 private:
  TACIT_INLINE static Lanes of_signed(__m512i x) {
    return {
        _mm512_mask_sub_epi64(x, _mm512_cmplt_epi64_mask(x, _mm512_setzero_si512()), x, _mm512_set1_epi64(kEpsilon))};
  }
};

TACIT_INLINE __m512i epsilon() { return _mm512_set1_epi64(Lanes::kEpsilon); }

// a + b and a − b. Requires b canonical.
TACIT_INLINE Lanes add(Lanes a, Lanes b) {
  __m512i sum = _mm512_add_epi64(a.v, b.v);
  return {_mm512_mask_add_epi64(sum, _mm512_cmplt_epu64_mask(sum, a.v), sum, epsilon())};
}
TACIT_INLINE Lanes sub(Lanes a, Lanes b) {
  __m512i difference = _mm512_sub_epi64(a.v, b.v);
  return {_mm512_mask_sub_epi64(difference, _mm512_cmplt_epu64_mask(a.v, b.v), difference, epsilon())};
}
// a − p wraps to a + ε, the smaller of the two exactly when a ≥ p.
TACIT_INLINE Lanes canonical(Lanes a) { return {_mm512_min_epu64(a.v, _mm512_add_epi64(a.v, epsilon()))}; }
// low + ε·x for the low 32 bits of x.
TACIT_INLINE Lanes add_epsilon_times(__m512i low, __m512i x) {
  __m512i product = _mm512_mul_epu32(x, epsilon());
  __m512i sum = _mm512_add_epi64(low, product);
  return {_mm512_mask_add_epi64(sum, _mm512_cmplt_epu64_mask(sum, product), sum, epsilon())};
}
// low + 2^64 high: 2^96 ≡ −1 takes the upper half of `high`, 2^64 ≡ ε the lower.
TACIT_INLINE Lanes reduce(__m512i low, __m512i high) {
  Lanes rest = sub({low}, {_mm512_srli_epi64(high, 32)});
  return add_epsilon_times(rest.v, high);
}
// x·y where y_high holds the upper halves of y in its lower ones.
TACIT_INLINE Lanes mul_halves(__m512i x, __m512i y, __m512i y_high) {
  __m512i x_high = _mm512_srli_epi64(x, 32);
  __m512i ll = _mm512_mul_epu32(x, y), lh = _mm512_mul_epu32(x, y_high);
  __m512i hl = _mm512_mul_epu32(x_high, y), hh = _mm512_mul_epu32(x_high, y_high);
  __m512i t0 = _mm512_add_epi64(hl, _mm512_srli_epi64(ll, 32));
  __m512i t1 = _mm512_add_epi64(lh, _mm512_and_si512(t0, epsilon()));
  __m512i t2 = _mm512_add_epi64(hh, _mm512_srli_epi64(t0, 32));
  __m512i high = _mm512_add_epi64(t2, _mm512_srli_epi64(t1, 32));
  __m512i low = _mm512_mask_blend_epi32(0xaaaa, ll, _mm512_slli_epi64(t1, 32));
  return reduce(low, high);
}
TACIT_INLINE Lanes mul(Lanes x, Lanes y) { return mul_halves(x.v, y.v, _mm512_srli_epi64(y.v, 32)); }
// x · *factor. The halves are broadcast straight from memory, where one more word must be readable.
TACIT_INLINE Lanes mul_by(Lanes x, const uint64_t* factor) {
  auto at = [](const void* p) {
    long long word;
    __builtin_memcpy(&word, p, 8);
    return _mm512_set1_epi64(word);
  };
  return mul_halves(x.v, at(factor), at(reinterpret_cast<const char*>(factor) + 4));
}
// x · 2^k.
template <int k>
TACIT_INLINE Lanes shift(Lanes x) {
  static_assert(k >= 0 && k < 96);
  if constexpr (k == 0) {
    return x;
  } else if constexpr (k <= 32) {
    return add_epsilon_times(_mm512_slli_epi64(x.v, k), _mm512_srli_epi64(x.v, 64 - k));
  } else if constexpr (k < 64) {
    return reduce(_mm512_slli_epi64(x.v, k), _mm512_srli_epi64(x.v, 64 - k));
  } else {
    // x = u 2^j + l with j = 96 − k: −u + ε l 2^(32−j).
    constexpr int j = 96 - k;
    __m512i l = _mm512_srli_epi64(_mm512_slli_epi64(x.v, 64 - j), 32);
    return sub({_mm512_mul_epu32(l, epsilon())}, {_mm512_srli_epi64(x.v, j)});
  }
}

// sum += the low, or the high, 52 bits of the product of the low 52 bits of a and b. g++ 12 moves the
// operands of the intrinsics about and spills; the instruction itself adds in place.
TACIT_INLINE void add_low52(__m512i& sum, __m512i a, __m512i b) {
  asm("vpmadd52luq %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
}
TACIT_INLINE void add_high52(__m512i& sum, __m512i a, __m512i b) {
  asm("vpmadd52huq %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
}

// Eight rows become eight columns.
TACIT_INLINE void transpose(Lanes r[8]) {
  __m512i t[8], u[8];
  for (int i = 0; i < 4; ++i) {
    t[i] = _mm512_unpacklo_epi64(r[2 * i].v, r[2 * i + 1].v);
    t[4 + i] = _mm512_unpackhi_epi64(r[2 * i].v, r[2 * i + 1].v);
  }
  // t[i] and t[4 + i]: rows 2i, 2i + 1 of the even and of the odd columns, two words a 128-bit part.
  for (int h = 0; h < 8; h += 4)
    for (int i = 0; i < 2; ++i) {
      u[h + i] = _mm512_shuffle_i64x2(t[h + 2 * i], t[h + 2 * i + 1], 0x88);
      u[h + 2 + i] = _mm512_shuffle_i64x2(t[h + 2 * i], t[h + 2 * i + 1], 0xdd);
    }
  for (int odd = 0; odd < 2; ++odd)
    for (int i = 0; i < 2; ++i) {
      r[2 * i + odd].v = _mm512_shuffle_i64x2(u[4 * odd + 2 * i], u[4 * odd + 2 * i + 1], 0x88);
      r[4 + 2 * i + odd].v = _mm512_shuffle_i64x2(u[4 * odd + 2 * i], u[4 * odd + 2 * i + 1], 0xdd);
    }
}

TACIT_INLINE Lanes Lanes::product(Lanes x, const uint64_t* factor, const uint64_t*) { return mul_by(x, factor); }

}  // namespace
}  // namespace tacit::simd
