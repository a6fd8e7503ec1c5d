// The Goldilocks field: integers modulo p = 2^64 − 2^32 + 1.
//
// A value is always its canonical representative in [0, p), so equality is equality of words. With ε = 2^32 −
// 1: 2^64 ≡ ε and 2^96 ≡ −1 (mod p), which is all that the reductions use.
//
// Roots of unity. p − 1 = 2^32 · 3 · 5 · 17 · 257 · 65537 and 7 generates the multiplicative group. The root
// of order 2^32 is ω = (7^((p−1)/2^32))^5 = 0xe2af70635744fd26; 5 is the least positive exponent with
// ω^(2^26) = 8. root_of_unity(k) = ω^(2^(32−k)), hence root_of_unity(6) = 2^3, root_of_unity(4) = 2^12,
// root_of_unity(1) = −1 and root_of_unity(k)² = root_of_unity(k − 1): the roots of order up to 64 are powers
// of two.
//
// Constant time: every operation is free of branches and table look-ups on values; exponents of pow are
// public.
#pragma once

#include <cstdint>

#include "tacit/base/check.h"

namespace tacit::field {

class Goldilocks {
 public:
  using Base = Goldilocks;
  static constexpr int kDegree = 1;
  static constexpr uint64_t kModulus = 0xffffffff00000001;
  static constexpr int kTwoAdicity = 32;
  static constexpr uint64_t kGenerator = 7;
  static constexpr int kBytes = 8;

  constexpr Goldilocks() = default;
  // The residue of any word.
  explicit constexpr Goldilocks(uint64_t word) : value_(subtract_modulus_once(word)) {}
  // The residue of a signed integer.
  static constexpr Goldilocks from_i64(int64_t v) {
    uint64_t word = static_cast<uint64_t>(v);
    return raw(word - (mask(v < 0) & kEpsilon));
  }
  // Requires: word < p.
  static constexpr Goldilocks from_canonical(uint64_t word) {
    TACIT_CHECK(word < kModulus);
    return raw(word);
  }
  static constexpr Goldilocks zero() { return raw(0); }
  static constexpr Goldilocks one() { return raw(1); }

  // The representative in [0, p).
  constexpr uint64_t value() const { return value_; }
  // The only coefficient, for code that treats base and extension fields alike. Requires: i = 0.
  constexpr Goldilocks& operator[](int) { return *this; }
  constexpr const Goldilocks& operator[](int) const { return *this; }

  friend constexpr bool operator==(Goldilocks, Goldilocks) = default;
  friend constexpr Goldilocks operator+(Goldilocks a, Goldilocks b) {
    return raw(subtract(a.value_, kModulus - b.value_));
  }
  friend constexpr Goldilocks operator-(Goldilocks a, Goldilocks b) { return raw(subtract(a.value_, b.value_)); }
  friend constexpr Goldilocks operator*(Goldilocks a, Goldilocks b) {
    return raw(reduce(static_cast<unsigned __int128>(a.value_) * b.value_));
  }
  constexpr Goldilocks operator-() const { return raw(subtract(0, value_)); }
  constexpr Goldilocks& operator+=(Goldilocks b) { return *this = *this + b; }
  constexpr Goldilocks& operator-=(Goldilocks b) { return *this = *this - b; }
  constexpr Goldilocks& operator*=(Goldilocks b) { return *this = *this * b; }

  // x^exponent; 0^0 = 1. The running time depends on the exponent only.
  constexpr Goldilocks pow(uint64_t exponent) const {
    Goldilocks result = one();
    for (Goldilocks square = *this; exponent != 0; exponent >>= 1, square *= square) {
      if (exponent & 1) result *= square;
    }
    return result;
  }
  // 1/x, and zero for zero: x^(p−2), with p − 2 = (2^31 − 1)·2^33 + 2^32 − 1. Below, e_k stands for x^(2^k −
  // 1).
  constexpr Goldilocks inverse() const {
    Goldilocks e1 = *this;
    Goldilocks e3 = (e1.squared(1) * e1).squared(1) * e1;
    Goldilocks e6 = e3.squared(3) * e3;
    Goldilocks e12 = e6.squared(6) * e6;
    Goldilocks e30 = (e12.squared(12) * e12).squared(6) * e6;
    Goldilocks e31 = e30.squared(1) * e1;
    Goldilocks e32 = e31.squared(1) * e1;
    return e31.squared(33) * e32;
  }

  // The root of order 2^log_n described above. Requires: 0 ≤ log_n ≤ 32.
  static constexpr Goldilocks root_of_unity(int log_n) {
    TACIT_CHECK(log_n >= 0 && log_n <= kTwoAdicity);
    return raw(0xe2af70635744fd26).squared(kTwoAdicity - log_n);
  }

 private:
  static constexpr uint64_t kEpsilon = 0xffffffff;

  static constexpr Goldilocks raw(uint64_t canonical) {
    Goldilocks x;
    x.value_ = canonical;
    return x;
  }
  static constexpr uint64_t mask(bool condition) { return -static_cast<uint64_t>(condition); }
  static constexpr uint64_t subtract_modulus_once(uint64_t word) { return word - (mask(word >= kModulus) & kModulus); }
  // a − b mod p for a < p, b ≤ p: a borrow has added 2^64 ≡ ε, which is taken away again.
  static constexpr uint64_t subtract(uint64_t a, uint64_t b) { return a - b - (mask(a < b) & kEpsilon); }
  // x = lo + 2^64 mid + 2^96 high ≡ (lo − high) + ε·mid, with mid and high of 32 bits.
  static constexpr uint64_t reduce(unsigned __int128 x) {
    uint64_t lo = static_cast<uint64_t>(x), hi = static_cast<uint64_t>(x >> 64);
    uint64_t t = subtract(lo, hi >> 32);
    uint64_t u = (hi & kEpsilon) * kEpsilon;
    uint64_t sum = t + u;
    return subtract_modulus_once(sum + (mask(sum < t) & kEpsilon));
  }
  // x^(2^n).
  constexpr Goldilocks squared(int n) const {
    Goldilocks x = *this;
    for (int i = 0; i < n; ++i) x *= x;
    return x;
  }

  uint64_t value_ = 0;
};

}  // namespace tacit::field
