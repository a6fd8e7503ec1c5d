// Bulk operations of the prover over any field; the profiles' fields go to the vector kernels of simd/.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace tacit::prover {

// Σ x_i·y_i; y may be in the base field.
template <class E, class T>
E dot(std::span<const E> x, std::span<const T> y) {
  E sum = E::zero();
  for (size_t i = 0; i < y.size(); ++i) sum += x[i] * y[i];
  return sum;
}
template <class E>
E dot(const std::vector<E>& x, const std::vector<E>& y) {
  return dot<E, E>(std::span<const E>(x), std::span<const E>(y));
}

// y_i += k·x_i
template <class E, class T>
void add_scaled(std::span<E> y, const E& k, std::span<const T> x) {
  for (size_t i = 0; i < x.size(); ++i) y[i] += k * x[i];
}

// p(0) and p(2) of Σ_x a(X, x)·c(X, x), X the top bit.
template <class E>
std::array<E, 2> quadratic_message(std::span<const E> a, std::span<const E> c) {
  const size_t half = a.size() / 2;
  E at_0 = E::zero(), at_2 = E::zero();
  for (size_t i = 0; i < half; ++i) {
    const E da = a[i + half] - a[i], dc = c[i + half] - c[i];
    at_0 += a[i] * c[i];
    at_2 += (a[i + half] + da) * (c[i + half] + dc);
  }
  return {at_0, at_2};
}

// Binds the top bit to r; the vector is halved.
template <class E>
void fold_top(std::vector<E>& v, const E& r) {
  const size_t half = v.size() / 2;
  for (size_t i = 0; i < half; ++i) v[i] += r * (v[i + half] - v[i]);
  v.resize(half);
}

}  // namespace tacit::prover
