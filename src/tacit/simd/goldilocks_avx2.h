// Eight Goldilocks words in two AVX2 registers: the interface and the arithmetic of goldilocks_avx512.h.
// Internal to simd/.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "tacit/simd/inline.h"

namespace tacit::simd {
namespace {

struct Lanes {
  static constexpr uint64_t kEpsilon = 0xffffffff;
  __m256i v[2];

  TACIT_INLINE static Lanes broadcast(uint64_t x) {
    __m256i all = _mm256_set1_epi64x(static_cast<long long>(x));
    return {{all, all}};
  }
  TACIT_INLINE static Lanes zero() { return broadcast(0); }
  TACIT_INLINE static Lanes load(const uint64_t* p) {
    auto* q = reinterpret_cast<const __m256i*>(p);
    return {{_mm256_loadu_si256(q), _mm256_loadu_si256(q + 1)}};
  }
  // Eight integers as residues, canonical: those below zero get p, that is, lose ε.
  TACIT_INLINE static Lanes load(const int16_t* p) {
    auto* q = reinterpret_cast<const __m128i*>(p);
    __m128i all = _mm_loadu_si128(q);
    return {{of_signed(_mm256_cvtepi16_epi64(all)), of_signed(_mm256_cvtepi16_epi64(_mm_srli_si128(all, 8)))}};
  }
  TACIT_INLINE static Lanes load(const int32_t* p) {
    auto* q = reinterpret_cast<const __m128i*>(p);
    return {{of_signed(_mm256_cvtepi32_epi64(_mm_loadu_si128(q))),
             of_signed(_mm256_cvtepi32_epi64(_mm_loadu_si128(q + 1)))}};
  }
  TACIT_INLINE static Lanes load(const int64_t* p) {
    auto* q = reinterpret_cast<const __m256i*>(p);
    return {{of_signed(_mm256_loadu_si256(q)), of_signed(_mm256_loadu_si256(q + 1))}};
  }
  TACIT_INLINE void store(uint64_t* p) const {
    auto* q = reinterpret_cast<__m256i*>(p);
    _mm256_storeu_si256(q, v[0]);
    _mm256_storeu_si256(q + 1, v[1]);
  }

  // See Lanes::Term in ring_split.h.
  using Term = Lanes;
  TACIT_INLINE static Lanes of(Lanes x) { return x; }
  TACIT_INLINE static Lanes product(Lanes x, const uint64_t* factor, const uint64_t* high);
  TACIT_INLINE Lanes result() const { return *this; }

 private:
  TACIT_INLINE static __m256i of_signed(__m256i x) {
    return _mm256_sub_epi64(x, _mm256_srli_epi64(_mm256_cmpgt_epi64(_mm256_setzero_si256(), x), 32));
  }
};

// f on each half.
template <class F>
TACIT_INLINE Lanes map(const F& f) {
  return {{f(0), f(1)}};
}
TACIT_INLINE __m256i epsilon() { return _mm256_set1_epi64x(Lanes::kEpsilon); }
// All ones where a < b as unsigned words.
TACIT_INLINE __m256i less(__m256i a, __m256i b) {
  const __m256i sign = _mm256_set1_epi64x(static_cast<long long>(uint64_t{1} << 63));
  return _mm256_cmpgt_epi64(_mm256_xor_si256(b, sign), _mm256_xor_si256(a, sign));
}
TACIT_INLINE __m256i epsilon_where(__m256i mask) { return _mm256_srli_epi64(mask, 32); }

TACIT_INLINE __m256i add(__m256i a, __m256i b) {
  __m256i sum = _mm256_add_epi64(a, b);
  return _mm256_add_epi64(sum, epsilon_where(less(sum, a)));
}
TACIT_INLINE __m256i sub(__m256i a, __m256i b) {
  return _mm256_sub_epi64(_mm256_sub_epi64(a, b), epsilon_where(less(a, b)));
}
TACIT_INLINE __m256i reduce(__m256i low, __m256i high) {
  return add(_mm256_mul_epu32(high, epsilon()), sub(low, _mm256_srli_epi64(high, 32)));
}
TACIT_INLINE __m256i mul(__m256i x, __m256i y) {
  __m256i x_high = _mm256_srli_epi64(x, 32), y_high = _mm256_srli_epi64(y, 32);
  __m256i ll = _mm256_mul_epu32(x, y), lh = _mm256_mul_epu32(x, y_high);
  __m256i hl = _mm256_mul_epu32(x_high, y), hh = _mm256_mul_epu32(x_high, y_high);
  __m256i t0 = _mm256_add_epi64(hl, _mm256_srli_epi64(ll, 32));
  __m256i t1 = _mm256_add_epi64(lh, _mm256_and_si256(t0, epsilon()));
  __m256i t2 = _mm256_add_epi64(hh, _mm256_srli_epi64(t0, 32));
  __m256i high = _mm256_add_epi64(t2, _mm256_srli_epi64(t1, 32));
  return reduce(_mm256_blend_epi32(ll, _mm256_slli_epi64(t1, 32), 0xaa), high);
}
template <int k>
TACIT_INLINE __m256i shift(__m256i x) {
  if constexpr (k < 64) {
    return reduce(_mm256_slli_epi64(x, k), _mm256_srli_epi64(x, 64 - k));
  } else {
    constexpr int j = 96 - k;
    __m256i l = _mm256_srli_epi64(_mm256_slli_epi64(x, 64 - j), 32);
    return sub(_mm256_mul_epu32(l, epsilon()), _mm256_srli_epi64(x, j));
  }
}

TACIT_INLINE Lanes add(Lanes a, Lanes b) {
  return map([&](int i) { return add(a.v[i], b.v[i]); });
}
TACIT_INLINE Lanes sub(Lanes a, Lanes b) {
  return map([&](int i) { return sub(a.v[i], b.v[i]); });
}
TACIT_INLINE Lanes canonical(Lanes a) {
  const __m256i p_minus_1 = _mm256_set1_epi64x(static_cast<long long>(0xffffffff00000000));
  return map([&](int i) { return _mm256_add_epi64(a.v[i], epsilon_where(less(p_minus_1, a.v[i]))); });
}
TACIT_INLINE Lanes mul(Lanes a, Lanes b) {
  return map([&](int i) { return mul(a.v[i], b.v[i]); });
}
TACIT_INLINE Lanes mul_by(Lanes a, const uint64_t* factor) { return mul(a, Lanes::broadcast(*factor)); }
template <int k>
TACIT_INLINE Lanes shift(Lanes a) {
  if constexpr (k == 0) return a;
  return map([&](int i) { return shift<k>(a.v[i]); });
}

TACIT_INLINE void transpose4(__m256i& a, __m256i& b, __m256i& c, __m256i& d) {
  __m256i t0 = _mm256_unpacklo_epi64(a, b), t1 = _mm256_unpackhi_epi64(a, b);
  __m256i t2 = _mm256_unpacklo_epi64(c, d), t3 = _mm256_unpackhi_epi64(c, d);
  a = _mm256_permute2x128_si256(t0, t2, 0x20);
  b = _mm256_permute2x128_si256(t1, t3, 0x20);
  c = _mm256_permute2x128_si256(t0, t2, 0x31);
  d = _mm256_permute2x128_si256(t1, t3, 0x31);
}
TACIT_INLINE void transpose(Lanes r[8]) {
  for (int i = 0; i < 8; i += 4)
    for (int j = 0; j < 2; ++j) transpose4(r[i].v[j], r[i + 1].v[j], r[i + 2].v[j], r[i + 3].v[j]);
  for (int i = 0; i < 4; ++i) {
    __m256i low = r[4 + i].v[0];
    r[4 + i].v[0] = r[i].v[1];
    r[i].v[1] = low;
  }
}

TACIT_INLINE Lanes Lanes::product(Lanes x, const uint64_t* factor, const uint64_t*) { return mul_by(x, factor); }

}  // namespace
}  // namespace tacit::simd
