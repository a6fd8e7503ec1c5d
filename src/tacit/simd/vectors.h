// Bulk operations on vectors over an extension field: the inner loops of sumchecks and openings.
//
// E is field::Goldilocks2 or Goldilocks3, laid out as in field/extension.h; all values are canonical. Vectors
// of a sumcheck are bound at the top bit: v stands for the two halves v[i] and v[i + |v|/2]. Results don't
// depend on the level or on the loop. Constant-time. Thread-safe on disjoint data.
#pragma once

#include <span>

#include "tacit/field/fields.h"
#include "tacit/simd/loop.h"

namespace tacit::simd {

// v[i] += r (v[i + half] − v[i]) for i < half = |v| / 2: binds the top bit to r. The result is the first
// half.
template <class E>
void fold(std::span<E> v, const E& r, Loop loop = serial);

// Values at 0 and 2 of the polynomial p(X) = Σ_i a(X, i) c(X, i), a(X, i) = a[i] + X (a[i + half] − a[i]).
template <class E>
struct ProductMessage {
  E at_0, at_2;
  friend bool operator==(const ProductMessage&, const ProductMessage&) = default;
};

// Requires |a| = |c| even.
template <class E>
ProductMessage<E> product_message(std::span<const E> a, std::span<const E> c, Loop loop = serial);

// fold(a, r), fold(c, r) and the message of their first halves, in one pass. Requires |a| = |c| divisible
// by 4.
template <class E>
ProductMessage<E> fold_and_message(std::span<E> a, std::span<E> c, const E& r, Loop loop = serial);

// y += k x, for x over E and over the base field. Requires |x| = |y|.
template <class E>
void add_scaled(std::span<E> y, const E& k, std::span<const E> x, Loop loop = serial);
template <class E>
void add_scaled(std::span<E> y, const E& k, std::span<const field::Goldilocks> x, Loop loop = serial);

// Σ_i x[i] y[i]. Requires |x| = |y|.
template <class E>
E dot(std::span<const E> x, std::span<const E> y, Loop loop = serial);
template <class E>
E dot(std::span<const field::Goldilocks> x, std::span<const E> y, Loop loop = serial);

// table[i] = scale · eq(point, i): poly::eq_table times a constant. Requires |table| = 2^|point|.
template <class E>
void expand_eq(std::span<const E> point, const E& scale, std::span<E> table, Loop loop = serial);

}  // namespace tacit::simd
