// Extension fields F[X]/(X^D − W), D = 2 or 3.
//
// An element is Σ c_i X^i, held and serialised as c_0, c_1, …. X^D − W is irreducible exactly when D divides
// p − 1 and W^((p−1)/D) ≠ 1; fields.cc checks this for every field in use. Constant time whenever F is.
#pragma once

#include <array>
#include <cstdint>

namespace tacit::field {

template <class F, int D, uint64_t W>
class Extension {
  static_assert((D == 2 || D == 3) && (F::kModulus - 1) % D == 0);

 public:
  using Base = F;
  static constexpr int kDegree = D;
  static constexpr uint64_t kNonResidue = W;
  static constexpr int kBytes = D * F::kBytes;

  constexpr Extension() = default;
  explicit constexpr Extension(F c0) { c_[0] = c0; }
  explicit constexpr Extension(const std::array<F, D>& coefficients) : c_(coefficients) {}
  static constexpr Extension zero() { return Extension(); }
  static constexpr Extension one() { return Extension(F::one()); }

  constexpr F& operator[](int i) { return c_[i]; }
  constexpr const F& operator[](int i) const { return c_[i]; }
  constexpr const std::array<F, D>& coefficients() const { return c_; }

  friend constexpr bool operator==(const Extension& a, const Extension& b) {
    bool equal = true;
    for (int i = 0; i < D; ++i) equal &= a.c_[i] == b.c_[i];
    return equal;
  }
  friend constexpr Extension operator+(Extension a, const Extension& b) { return a += b; }
  friend constexpr Extension operator-(Extension a, const Extension& b) { return a -= b; }
  friend constexpr Extension operator*(const Extension& a, const Extension& b) {
    constexpr F w(W);
    if constexpr (D == 2) {
      return Extension({a.c_[0] * b.c_[0] + w * (a.c_[1] * b.c_[1]), a.c_[0] * b.c_[1] + a.c_[1] * b.c_[0]});
    } else {
      return Extension({a.c_[0] * b.c_[0] + w * (a.c_[1] * b.c_[2] + a.c_[2] * b.c_[1]),
                        a.c_[0] * b.c_[1] + a.c_[1] * b.c_[0] + w * (a.c_[2] * b.c_[2]),
                        a.c_[0] * b.c_[2] + a.c_[1] * b.c_[1] + a.c_[2] * b.c_[0]});
    }
  }
  friend constexpr Extension operator*(Extension a, F b) { return a *= b; }
  friend constexpr Extension operator*(F a, Extension b) { return b *= a; }
  constexpr Extension operator-() const { return zero() - *this; }
  constexpr Extension& operator+=(const Extension& b) {
    for (int i = 0; i < D; ++i) c_[i] += b.c_[i];
    return *this;
  }
  constexpr Extension& operator-=(const Extension& b) {
    for (int i = 0; i < D; ++i) c_[i] -= b.c_[i];
    return *this;
  }
  constexpr Extension& operator*=(const Extension& b) { return *this = *this * b; }
  constexpr Extension& operator*=(F b) {
    for (int i = 0; i < D; ++i) c_[i] *= b;
    return *this;
  }

  // x^exponent; 0^0 = 1. The running time depends on the exponent only.
  constexpr Extension pow(uint64_t exponent) const {
    Extension result = one();
    for (Extension square = *this; exponent != 0; exponent >>= 1, square *= square) {
      if (exponent & 1) result *= square;
    }
    return result;
  }
  // 1/x, and zero for zero: the product of the other conjugates (the adjoint) over the norm, which lies in F.
  constexpr Extension inverse() const {
    constexpr F w(W);
    if constexpr (D == 2) {
      F norm = c_[0] * c_[0] - w * (c_[1] * c_[1]);
      return Extension({c_[0], -c_[1]}) * norm.inverse();
    } else {
      Extension adjoint(
          {c_[0] * c_[0] - w * (c_[1] * c_[2]), w * (c_[2] * c_[2]) - c_[0] * c_[1], c_[1] * c_[1] - c_[0] * c_[2]});
      F norm = c_[0] * adjoint[0] + w * (c_[2] * adjoint[1] + c_[1] * adjoint[2]);
      return adjoint * norm.inverse();
    }
  }

 private:
  std::array<F, D> c_{};
};

}  // namespace tacit::field
