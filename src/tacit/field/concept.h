// The interface that field elements share: BaseField for prime fields, ExtensionField above them, Field for
// either.
//
// Every field has Base (itself, for a prime field), kDegree coefficients reached by operator[], and kBytes. A
// product with an element of Base is defined and cheaper than a full product.
#pragma once

#include <concepts>
#include <cstdint>

namespace tacit::field {

template <class F>
concept Field = std::regular<F> && requires(F x, const F a, const F b, const typename F::Base c, uint64_t n) {
  { F::kDegree + F::kBytes } -> std::convertible_to<int>;
  { F::zero() } -> std::same_as<F>;
  { F::one() } -> std::same_as<F>;
  { a + b } -> std::same_as<F>;
  { a - b } -> std::same_as<F>;
  { a* b } -> std::same_as<F>;
  { a* c } -> std::same_as<F>;
  { c* a } -> std::same_as<F>;
  { -a } -> std::same_as<F>;
  { x += b } -> std::same_as<F&>;
  { x -= b } -> std::same_as<F&>;
  { x *= b } -> std::same_as<F&>;
  { x *= c } -> std::same_as<F&>;
  { a.pow(n) } -> std::same_as<F>;
  { a.inverse() } -> std::same_as<F>;
  { x[0] } -> std::same_as<typename F::Base&>;
  F(c);
};

template <class F>
concept BaseField = Field<F> && std::same_as<typename F::Base, F> && requires(const F a, int64_t i, uint64_t n) {
  { F::kModulus } -> std::convertible_to<uint64_t>;
  { F::kTwoAdicity } -> std::convertible_to<int>;
  { F::from_i64(i) } -> std::same_as<F>;
  { F::from_canonical(n) } -> std::same_as<F>;
  { F::root_of_unity(1) } -> std::same_as<F>;
  { a.value() } -> std::same_as<uint64_t>;
};

template <class E>
concept ExtensionField = Field<E> && BaseField<typename E::Base> &&(E::kDegree > 1);

}  // namespace tacit::field
