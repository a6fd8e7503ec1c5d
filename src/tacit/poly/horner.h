// Polynomials in one variable.
#pragma once

#include <cstddef>
#include <span>

#include "tacit/field/concept.h"

namespace tacit::poly {

// Σ_i coefficients[i] x^i in the larger of the two fields C and X; zero for no coefficients.
template <field::Field C, field::Field X>
auto horner(std::span<const C> coefficients, const X& x) {
  using R = decltype(coefficients[0] * x);
  R sum = R::zero();
  for (size_t i = coefficients.size(); i-- > 0;) sum = sum * x + R(coefficients[i]);
  return sum;
}

}  // namespace tacit::poly
