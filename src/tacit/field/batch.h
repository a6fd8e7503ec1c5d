// Many inverses for the price of one and three products each (Montgomery's trick).
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tacit/field/concept.h"

namespace tacit::field {

// Replaces every element by its inverse, and leaves zeros. Constant time whenever T is: a zero takes part as
// a one and is masked afterwards.
template <Field T>
void batch_inverse(std::span<T> elements) {
  using F = typename T::Base;
  auto is_zero = [](const T& x) { return F(static_cast<uint64_t>(x == T::zero())); };
  std::vector<T> prefix(elements.size());
  T product = T::one();
  for (size_t i = 0; i < elements.size(); ++i) {
    prefix[i] = product;
    product *= elements[i] + T(is_zero(elements[i]));
  }
  T inverse = product.inverse();
  for (size_t i = elements.size(); i-- > 0;) {
    T x = elements[i];
    F zero = is_zero(x);
    elements[i] = inverse * prefix[i] * (F::one() - zero);
    inverse *= x + T(zero);
  }
}

}  // namespace tacit::field
