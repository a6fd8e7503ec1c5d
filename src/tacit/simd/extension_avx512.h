// Extension field elements, eight to a set of AVX-512 registers, multiplied with IFMA. Internal to simd/.
//
// IFMA multiplies the low 52 bits of two words and adds the low or the high 52 bits of the product to a
// third. With a = a_0 + 2^52 a_1 the product of two words is collected in three columns, Σ 2^(52 j) column_j,
// which have room for many products: a sum of products is reduced once.
#pragma once

#include "tacit/simd/goldilocks_avx512.h"

namespace tacit::simd {
namespace {

// A word and its upper 12 bits.
struct Split {
  __m512i word, high;
};
TACIT_INLINE Split split(Lanes a) { return {a.v, _mm512_srli_epi64(a.v, 52)}; }
TACIT_INLINE Split split_broadcast(uint64_t a) { return {Lanes::broadcast(a).v, Lanes::broadcast(a >> 52).v}; }

// A sum of products. Each adds less than 2^52, 3 · 2^52 and 2^25 to the columns.
struct Wide {
  __m512i column[3];

  TACIT_INLINE static Wide zero() {
    __m512i z = _mm512_setzero_si512();
    return {{z, z, z}};
  }
  TACIT_INLINE static Wide of(Lanes a) {
    __m512i low = _mm512_and_si512(a.v, _mm512_set1_epi64((1LL << 52) - 1));
    return {{low, _mm512_srli_epi64(a.v, 52), _mm512_setzero_si512()}};
  }
  TACIT_INLINE void add_product(const Split& a, const Split& b) {
    add_low52(column[0], a.word, b.word);
    add_high52(column[1], a.word, b.word);
    add_low52(column[1], a.word, b.high);
    add_high52(column[2], a.word, b.high);
    add_low52(column[1], a.high, b.word);
    add_high52(column[2], a.high, b.word);
    add_low52(column[2], a.high, b.high);
  }
  // this += factor · other, for a small factor.
  template <int kFactor>
  TACIT_INLINE void add_multiple(const Wide& other) {
    for (int i = 0; i < 3; ++i) {
      __m512i x = other.column[i];
      __m512i multiple = kFactor == 7 ? _mm512_sub_epi64(_mm512_slli_epi64(x, 3), x) : _mm512_add_epi64(x, x);
      static_assert(kFactor == 7 || kFactor == 2);
      column[i] = _mm512_add_epi64(column[i], multiple);
    }
  }
  // The residue. Requires: column 1 + 2^12 < 2^64, column 2 < 2^55. With the carry of column 0 moved up,
  // column 1 is 2^12 h + l, and the value low + 2^64 h + 2^104 column_2 with 2^104 ≡ −2^8.
  TACIT_INLINE Lanes reduce() const {
    __m512i up = _mm512_add_epi64(column[1], _mm512_srli_epi64(column[0], 52));
    __m512i mask = _mm512_set1_epi64((1LL << 52) - 1);
    __m512i low = _mm512_ternarylogic_epi64(mask, column[0], _mm512_slli_epi64(up, 52), 0xea);  // (mask & a) | b
    __m512i h = _mm512_srli_epi64(up, 12);
    __m512i minus = _mm512_add_epi64(_mm512_srli_epi64(h, 32), _mm512_slli_epi64(column[2], 8));
    return add_epsilon_times(sub({low}, {minus}).v, h);
  }
};

// Eight elements of F[X]/(X^kDegree − kW), coefficient by coefficient, in an order of lanes that only load
// and store know.
template <int kD, int kNonResidue>
struct Elements {
  static constexpr int kDegree = kD;
  static constexpr int kW = kNonResidue;
  Lanes c[kDegree];

  TACIT_INLINE static Elements zero() {
    Elements out;
    for (Lanes& x : out.c) x = Lanes::zero();
    return out;
  }
  TACIT_INLINE static Elements load(const uint64_t* p);
  TACIT_INLINE void store(uint64_t* p) const;
  // Eight words in the same order of lanes.
  TACIT_INLINE static Lanes load_base(const uint64_t* p);

  TACIT_INLINE friend Elements operator-(const Elements& a, const Elements& b) {
    Elements out;
    for (int i = 0; i < kDegree; ++i) out.c[i] = sub(a.c[i], b.c[i]);
    return out;
  }
  // a + b; canonical when both are.
  TACIT_INLINE friend Elements operator+(const Elements& a, const Elements& b) {
    Elements out;
    for (int i = 0; i < kDegree; ++i) out.c[i] = canonical(add(a.c[i], b.c[i]));
    return out;
  }
};

using Elements2 = Elements<2, 7>;
using Elements3 = Elements<3, 2>;

// Lanes 0 4 1 5 2 6 3 7: what unpacking gives, and undoes.
template <>
TACIT_INLINE Elements2 Elements2::load(const uint64_t* p) {
  __m512i a = _mm512_loadu_si512(p), b = _mm512_loadu_si512(p + 8);
  return {{{_mm512_unpacklo_epi64(a, b)}, {_mm512_unpackhi_epi64(a, b)}}};
}
template <>
TACIT_INLINE void Elements2::store(uint64_t* p) const {
  _mm512_storeu_si512(p, _mm512_unpacklo_epi64(c[0].v, c[1].v));
  _mm512_storeu_si512(p + 8, _mm512_unpackhi_epi64(c[0].v, c[1].v));
}
template <>
TACIT_INLINE Lanes Elements2::load_base(const uint64_t* p) {
  return {_mm512_permutexvar_epi64(_mm512_setr_epi64(0, 4, 1, 5, 2, 6, 3, 7), _mm512_loadu_si512(p))};
}

// Lanes in order.
template <>
TACIT_INLINE Elements3 Elements3::load(const uint64_t* p) {
  __m512i a = _mm512_loadu_si512(p), b = _mm512_loadu_si512(p + 8), d = _mm512_loadu_si512(p + 16);
  auto pick = [&](__m512i from_ab, __m512i with_d) __attribute__((always_inline)) {
    return Lanes{_mm512_permutex2var_epi64(_mm512_permutex2var_epi64(a, from_ab, b), with_d, d)};
  };
  return {{pick(_mm512_setr_epi64(0, 3, 6, 9, 12, 15, 0, 0), _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 10, 13)),
           pick(_mm512_setr_epi64(1, 4, 7, 10, 13, 0, 0, 0), _mm512_setr_epi64(0, 1, 2, 3, 4, 8, 11, 14)),
           pick(_mm512_setr_epi64(2, 5, 8, 11, 14, 0, 0, 0), _mm512_setr_epi64(0, 1, 2, 3, 4, 9, 12, 15))}};
}
template <>
TACIT_INLINE void Elements3::store(uint64_t* p) const {
  auto pick = [&](__m512i from_01, __m512i with_2) __attribute__((always_inline)) {
    return _mm512_permutex2var_epi64(_mm512_permutex2var_epi64(c[0].v, from_01, c[1].v), with_2, c[2].v);
  };
  _mm512_storeu_si512(p, pick(_mm512_setr_epi64(0, 8, 0, 1, 9, 0, 2, 10), _mm512_setr_epi64(0, 1, 8, 3, 4, 9, 6, 7)));
  _mm512_storeu_si512(p + 8,
                      pick(_mm512_setr_epi64(0, 3, 11, 0, 4, 12, 0, 5), _mm512_setr_epi64(10, 1, 2, 11, 4, 5, 12, 7)));
  _mm512_storeu_si512(p + 16,
                      pick(_mm512_setr_epi64(13, 0, 6, 14, 0, 7, 15, 0), _mm512_setr_epi64(0, 13, 2, 3, 14, 5, 6, 15)));
}
template <>
TACIT_INLINE Lanes Elements3::load_base(const uint64_t* p) {
  return Lanes::load(p);
}

// A constant k of the field, ready to multiply: coefficient j of d · k is Σ_i d_i m[j − i], with m[−i] = W
// k_(D−i).
template <class V>
struct Constant {
  static constexpr int kD = V::kDegree;
  Split m[2 * kD - 1];  // m[j] at kD − 1 + j

  explicit Constant(const uint64_t* k) {
    for (int j = 0; j < kD; ++j) m[kD - 1 + j] = split_broadcast(k[j]);
    for (int i = 1; i < kD; ++i) {
      unsigned __int128 product = static_cast<unsigned __int128>(k[kD - i]) * V::kW;
      m[kD - 1 - i] = split_broadcast(static_cast<uint64_t>(product % 0xffffffff00000001));
    }
  }
};

// base + d · k, canonical; `base` may be null for zero. d may be any words.
template <class V>
TACIT_INLINE V add_times(const V* base, const V& d, const Constant<V>& k) {
  Split s[V::kDegree];
  for (int i = 0; i < V::kDegree; ++i) s[i] = split(d.c[i]);
  V out;
  for (int j = 0; j < V::kDegree; ++j) {
    Wide sum = base == nullptr ? Wide::zero() : Wide::of(base->c[j]);
    for (int i = 0; i < V::kDegree; ++i) sum.add_product(s[i], k.m[V::kDegree - 1 + j - i]);
    out.c[j] = canonical(sum.reduce());
  }
  return out;
}

// A sum of products of elements, by powers of X. Requires at most kMaxTerms terms: 3 · kD · (1 + kW) ·
// kMaxTerms ≤ 2^12.
template <class V>
struct ProductSum {
  static constexpr int kMaxTerms = 128;
  static constexpr int kD = V::kDegree;
  Wide power[2 * kD - 1];

  TACIT_INLINE static ProductSum zero() {
    ProductSum out;
    for (Wide& w : out.power) w = Wide::zero();
    return out;
  }
  TACIT_INLINE void add(const V& a, const V& b) {
    Split sa[kD], sb[kD];
    for (int i = 0; i < kD; ++i) {
      sa[i] = split(a.c[i]);
      sb[i] = split(b.c[i]);
    }
    for (int i = 0; i < kD; ++i)
      for (int j = 0; j < kD; ++j) power[i + j].add_product(sa[i], sb[j]);
  }
  TACIT_INLINE V reduce() const {
    V out;
    for (int i = 0; i < kD; ++i) {
      Wide sum = power[i];
      if (i + kD < 2 * kD - 1) sum.template add_multiple<V::kW>(power[i + kD]);
      out.c[i] = canonical(sum.reduce());
    }
    return out;
  }
};

}  // namespace
}  // namespace tacit::simd
