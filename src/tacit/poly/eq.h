// The equality polynomial eq(x, y) = Π_t (x_t y_t + (1 − x_t)(1 − y_t)).
//
// Index i = Σ i_t 2^t: coordinate t of a point belongs to bit t of an index, and coordinate 0 to the fastest
// axis. eq(point, i) is the weight of position i in the multilinear extension at that point.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/base/check.h"
#include "tacit/field/concept.h"

namespace tacit::poly {

// eq(point, i) for every i < 2^|point|, in order. Cost: one product an entry.
template <field::Field E>
std::vector<E> eq_table(std::span<const E> point) {
  TACIT_CHECK(point.size() < 48);
  std::vector<E> table(size_t{1} << point.size());
  table[0] = E::one();
  for (size_t t = 0; t < point.size(); ++t) {
    size_t half = size_t{1} << t;
    for (size_t i = 0; i < half; ++i) {
      table[half + i] = table[i] * point[t];
      table[i] -= table[half + i];
    }
  }
  return table;
}

// eq(x, y). Requires: |x| = |y|.
template <field::Field E>
E eq(std::span<const E> x, std::span<const E> y) {
  TACIT_CHECK(x.size() == y.size());
  E product = E::one();
  for (size_t t = 0; t < x.size(); ++t) {
    E xy = x[t] * y[t];
    product *= xy + xy - x[t] - y[t] + E::one();
  }
  return product;
}

// eq(point, index) for one index. Requires: index < 2^|point|.
template <field::Field E>
E eq_at(std::span<const E> point, uint64_t index) {
  TACIT_CHECK(point.size() >= 64 || index >> point.size() == 0);
  E product = E::one();
  for (size_t t = 0; t < point.size(); ++t) {
    bool bit = t < 64 && ((index >> t) & 1);
    product *= bit ? point[t] : E::one() - point[t];
  }
  return product;
}

// The multilinear extension of i ↦ i: Σ_t 2^t point_t.
template <field::Field E>
E identity_mle(std::span<const E> point) {
  E sum = E::zero();
  for (size_t t = point.size(); t-- > 0;) sum += sum + point[t];
  return sum;
}

}  // namespace tacit::poly
