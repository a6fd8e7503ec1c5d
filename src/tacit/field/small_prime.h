// Prime fields of at most 16 bits with the interface of Goldilocks.
//
// They make statements about the whole protocol checkable by exhaustion and by exact linear algebra, and
// serve tests only: `%` makes no promise of constant time. P is prime and G generates its multiplicative
// group.
#pragma once

#include <bit>
#include <cstdint>

#include "tacit/base/check.h"

namespace tacit::field {

template <uint32_t P, uint32_t G>
class SmallPrime {
  static_assert(P > 2 && P < (1u << 16) && G < P);

 public:
  using Base = SmallPrime;
  static constexpr int kDegree = 1;
  static constexpr uint64_t kModulus = P;
  static constexpr int kTwoAdicity = std::countr_zero(P - 1);
  static constexpr uint64_t kGenerator = G;
  static constexpr int kBytes = 2;

  constexpr SmallPrime() = default;
  explicit constexpr SmallPrime(uint64_t word) : value_(static_cast<uint32_t>(word % P)) {}
  static constexpr SmallPrime from_i64(int64_t v) {
    int64_t r = v % static_cast<int64_t>(P);
    return SmallPrime(static_cast<uint64_t>(r + P));
  }
  // Requires: word < P.
  static constexpr SmallPrime from_canonical(uint64_t word) {
    TACIT_CHECK(word < P);
    return SmallPrime(word);
  }
  static constexpr SmallPrime zero() { return SmallPrime(); }
  static constexpr SmallPrime one() { return SmallPrime(1); }

  constexpr uint64_t value() const { return value_; }
  constexpr SmallPrime& operator[](int) { return *this; }
  constexpr const SmallPrime& operator[](int) const { return *this; }

  friend constexpr bool operator==(SmallPrime, SmallPrime) = default;
  friend constexpr SmallPrime operator+(SmallPrime a, SmallPrime b) { return SmallPrime(a.value() + b.value()); }
  friend constexpr SmallPrime operator-(SmallPrime a, SmallPrime b) { return SmallPrime(a.value() + P - b.value()); }
  friend constexpr SmallPrime operator*(SmallPrime a, SmallPrime b) { return SmallPrime(a.value() * b.value()); }
  constexpr SmallPrime operator-() const { return SmallPrime(P - value()); }
  constexpr SmallPrime& operator+=(SmallPrime b) { return *this = *this + b; }
  constexpr SmallPrime& operator-=(SmallPrime b) { return *this = *this - b; }
  constexpr SmallPrime& operator*=(SmallPrime b) { return *this = *this * b; }

  constexpr SmallPrime pow(uint64_t exponent) const {
    SmallPrime result = one();
    for (SmallPrime square = *this; exponent != 0; exponent >>= 1, square *= square) {
      if (exponent & 1) result *= square;
    }
    return result;
  }
  // 1/x, and zero for zero.
  constexpr SmallPrime inverse() const { return pow(P - 2); }

  // G^((P−1)/2^log_n), so that root_of_unity(k)² = root_of_unity(k − 1). Requires: 0 ≤ log_n ≤ kTwoAdicity.
  static constexpr SmallPrime root_of_unity(int log_n) {
    TACIT_CHECK(log_n >= 0 && log_n <= kTwoAdicity);
    return SmallPrime(G).pow((P - 1) >> log_n);
  }

 private:
  uint32_t value_ = 0;
};

}  // namespace tacit::field
