// Eight Goldilocks words in an array: the interface of goldilocks_avx512.h in plain C++. Internal to simd/.
#pragma once

#include <algorithm>

#include "tacit/field/goldilocks.h"
#include "tacit/simd/inline.h"

namespace tacit::simd {
namespace {

struct Lanes {
  uint64_t w[8];

  static Lanes broadcast(uint64_t x) {
    Lanes out;
    std::fill_n(out.w, 8, x);
    return out;
  }
  static Lanes zero() { return broadcast(0); }
  static Lanes load(const uint64_t* p) {
    Lanes out;
    std::copy_n(p, 8, out.w);
    return out;
  }
  // Eight integers as residues, canonical.
  template <class T>
  requires std::is_signed_v<T>
  static Lanes load(const T* p) {
    Lanes out;
    for (int i = 0; i < 8; ++i) out.w[i] = field::Goldilocks::from_i64(p[i]).value();
    return out;
  }
  void store(uint64_t* p) const { std::copy_n(w, 8, p); }

  // See Lanes::Term in ring_split.h.
  using Term = Lanes;
  TACIT_INLINE static Lanes of(Lanes x) { return x; }
  TACIT_INLINE static Lanes product(Lanes x, const uint64_t* factor, const uint64_t* high);
  TACIT_INLINE Lanes result() const { return *this; }
};

// Values are canonical throughout, and the products are those of field/.
template <class F>
inline Lanes map(const F& f) {
  Lanes out;
  for (int i = 0; i < 8; ++i) out.w[i] = f(i).value();
  return out;
}
inline field::Goldilocks at(const Lanes& a, int i) { return field::Goldilocks(a.w[i]); }

inline Lanes add(const Lanes& a, const Lanes& b) {
  return map([&](int i) { return at(a, i) + at(b, i); });
}
inline Lanes sub(const Lanes& a, const Lanes& b) {
  return map([&](int i) { return at(a, i) - at(b, i); });
}
inline Lanes canonical(const Lanes& a) { return a; }
inline Lanes mul(const Lanes& a, const Lanes& b) {
  return map([&](int i) { return at(a, i) * at(b, i); });
}
inline Lanes mul_by(const Lanes& a, const uint64_t* factor) {
  field::Goldilocks f(*factor);
  return map([&](int i) { return at(a, i) * f; });
}
template <int k>
inline Lanes shift(const Lanes& a) {
  if constexpr (k == 0) return a;
  constexpr field::Goldilocks kFactor = field::Goldilocks(2).pow(k);
  return map([&](int i) { return at(a, i) * kFactor; });
}
inline void transpose(Lanes r[8]) {
  for (int i = 0; i < 8; ++i)
    for (int j = 0; j < i; ++j) std::swap(r[i].w[j], r[j].w[i]);
}

inline Lanes Lanes::product(Lanes x, const uint64_t* factor, const uint64_t*) { return mul_by(x, factor); }

}  // namespace
}  // namespace tacit::simd
