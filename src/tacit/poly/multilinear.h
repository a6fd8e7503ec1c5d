// Multilinear extensions f̃(r) = Σ_i f_i eq(r, i), with the index convention of eq.h.
//
// T is E or its base field: binding a first coordinate moves values of the base field into E.
#pragma once

#include <span>
#include <type_traits>
#include <vector>

#include "tacit/base/check.h"
#include "tacit/field/concept.h"

namespace tacit::poly {

// f̃(point) of the values, followed by zeros up to 2^|point|. Requires: |values| ≤ 2^|point|.
// Cost: |values| products.
template <field::Field T, field::Field E>
E evaluate(std::span<const T> values, std::span<const E> point) {
  TACIT_CHECK(point.size() >= 64 || values.size() <= (uint64_t{1} << point.size()));
  if (values.empty()) return E::zero();
  if (point.empty()) return E(values[0]);
  auto bind_low = [](auto v, size_t size, const E& r, E* out) {
    for (size_t i = 0; i < size / 2; ++i) out[i] = E(v[2 * i]) + r * (v[2 * i + 1] - v[2 * i]);
    if (size % 2 != 0) out[size / 2] = (E::one() - r) * v[size - 1];
    return (size + 1) / 2;
  };
  std::vector<E> folded((values.size() + 1) / 2);
  size_t size = bind_low(values.data(), values.size(), point[0], folded.data());
  for (const E& r : point.subspan(1)) size = bind_low(folded.data(), size, r, folded.data());
  return folded[0];
}

// Binds bit 0 to r in place: v[i] ← v[2i] + r (v[2i+1] − v[2i]). Returns the half that is left.
// Requires: |v| even.
template <field::Field E>
std::span<E> fold_low(std::type_identity_t<std::span<E>> v, const E& r) {
  TACIT_CHECK(v.size() % 2 == 0);
  for (size_t i = 0; i < v.size() / 2; ++i) v[i] = v[2 * i] + r * (v[2 * i + 1] - v[2 * i]);
  return v.first(v.size() / 2);
}

// Binds the top bit to r in place: v[i] ← v[i] + r (v[i+half] − v[i]). Returns the half that is left.
// Requires: |v| even.
template <field::Field E>
std::span<E> fold_high(std::type_identity_t<std::span<E>> v, const E& r) {
  TACIT_CHECK(v.size() % 2 == 0);
  size_t half = v.size() / 2;
  for (size_t i = 0; i < half; ++i) v[i] += r * (v[i + half] - v[i]);
  return v.first(half);
}

}  // namespace tacit::poly
