// Bulk operations of the prover over any field; those of the profiles go to the vector kernels of simd/, on all cores.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "tacit/parallel/parallel.h"
#include "tacit/poly/eq.h"
#include "tacit/poly/ntt.h"
#include "tacit/prover/words.h"
#include "tacit/simd/ntt.h"
#include "tacit/simd/vectors.h"

namespace tacit::prover {

// Σ x_i·y_i and y_i += k·x_i on the caller's thread, for pieces of a larger loop; `cells` are in the base field.
template <class E>
E piece_dot(std::span<const E> x, std::span<const typename E::Base> cells) {
  if constexpr (kIsWords<E>) {
    return simd::dot<E>(cells, x);
  } else {
    E sum = E::zero();
    for (size_t i = 0; i < cells.size(); ++i) sum += x[i] * cells[i];
    return sum;
  }
}
template <class E>
void piece_add_scaled(std::span<E> y, const E& k, std::span<const typename E::Base> cells) {
  if constexpr (kIsWords<E>) {
    simd::add_scaled<E>(y, k, cells);
  } else {
    for (size_t i = 0; i < cells.size(); ++i) y[i] += k * cells[i];
  }
}

// Σ x_i·y_i; y may be in the base field, and shorter than x.
template <class E, class T>
E dot(std::span<const E> x, std::span<const T> y) {
  if constexpr (kIsWords<E>) {
    if constexpr (std::is_same_v<T, E>) return simd::dot<E>(x.first(y.size()), y, parallel::run);
    if constexpr (!std::is_same_v<T, E>) return simd::dot<E>(y, x.first(y.size()), parallel::run);
  } else {
    E sum = E::zero();
    for (size_t i = 0; i < y.size(); ++i) sum += x[i] * y[i];
    return sum;
  }
}
template <class E>
E dot(const std::vector<E>& x, const std::vector<E>& y) {
  return dot<E, E>(std::span<const E>(x), std::span<const E>(y));
}

// y_i += k·x_i for the elements of x.
template <class E, class T>
void add_scaled(std::span<E> y, const E& k, std::span<const T> x) {
  if constexpr (kIsWords<E>) {
    simd::add_scaled<E>(y.first(x.size()), k, x, parallel::run);
  } else {
    for (size_t i = 0; i < x.size(); ++i) y[i] += k * x[i];
  }
}

// p(0) and p(2) of Σ_x a(X, x)·c(X, x), X the top bit.
template <class E>
std::array<E, 2> quadratic_message(std::span<const E> a, std::span<const E> c) {
  if constexpr (kIsWords<E>) {
    const auto message = simd::product_message<E>(a, c, parallel::run);
    return {message.at_0, message.at_2};
  } else {
    const size_t half = a.size() / 2;
    E at_0 = E::zero(), at_2 = E::zero();
    for (size_t i = 0; i < half; ++i) {
      const E da = a[i + half] - a[i], dc = c[i + half] - c[i];
      at_0 += a[i] * c[i];
      at_2 += (a[i + half] + da) * (c[i + half] + dc);
    }
    return {at_0, at_2};
  }
}

// Binds the top bit to r; the vector is halved.
template <class E>
void fold_top(std::vector<E>& v, const E& r) {
  const size_t half = v.size() / 2;
  if constexpr (kIsWords<E>) {
    simd::fold<E>(v, r, parallel::run);
  } else {
    for (size_t i = 0; i < half; ++i) v[i] += r * (v[i + half] - v[i]);
  }
  v.resize(half);
}

// fold_top of both and the message of what is left; requires at least four elements.
template <class E>
std::array<E, 2> fold_and_message(std::vector<E>& a, std::vector<E>& c, const E& r) {
  if constexpr (kIsWords<E>) {
    const auto message = simd::fold_and_message<E>(a, c, r, parallel::run);
    a.resize(a.size() / 2);
    c.resize(c.size() / 2);
    return {message.at_0, message.at_2};
  } else {
    fold_top<E>(a, r);
    fold_top<E>(c, r);
    return quadratic_message<E>(a, c);
  }
}

// scale·eq(point, ·).
template <class E>
std::vector<E> scaled_eq_table(std::span<const E> point, const E& scale) {
  if constexpr (kIsWords<E>) {
    std::vector<E> out(size_t{1} << point.size());
    simd::expand_eq<E>(point, scale, out, parallel::run);
    return out;
  } else {
    std::vector<E> out = poly::eq_table<E>(point);
    for (E& x : out) x *= scale;
    return out;
  }
}

// out[i] = Σ_j weight_j·x_j^i, i < count, over positions of a domain.
template <class E>
std::vector<E> sparse_power_sums(std::span<const std::pair<uint64_t, E>> terms, int log_n, size_t count) {
  if constexpr (kIsWords<E>) {
    return simd::sparse_power_sums<E>(terms, log_n, count, parallel::run);
  } else {
    return poly::sparse_power_sums<E>(terms, log_n, count);
  }
}

}  // namespace tacit::prover
