// Powers of a point: (1, x, x², …), polynomials in one variable, and the tensor form of the powers.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tacit/field/concept.h"

namespace tacit::poly {

// 1, x, …, x^(n−1).
template <field::Field X>
std::vector<X> powers(const X& x, size_t n) {
  std::vector<X> out(n);
  X power = X::one();
  for (X& entry : out) {
    entry = power;
    power *= x;
  }
  return out;
}

// Σ_i coefficients[i] x^i in the larger of the two fields C and X; zero for no coefficients.
template <field::Field C, field::Field X>
auto horner(std::span<const C> coefficients, const X& x) {
  using R = decltype(coefficients[0] * x);
  R sum = R::zero();
  for (size_t i = coefficients.size(); i-- > 0;) sum = sum * x + R(coefficients[i]);
  return sum;
}

// The multilinear extension of i ↦ x^i: Π_t (1 − point_t + point_t x^(2^t)). x lies in E or its base field.
template <field::Field E, field::Field X>
E power_tensor_eval(const X& x, std::span<const E> point) {
  E product = E::one();
  X power = x;
  for (const E& r : point) {
    product *= E::one() + r * (power - X::one());
    power *= power;
  }
  return product;
}

}  // namespace tacit::poly
