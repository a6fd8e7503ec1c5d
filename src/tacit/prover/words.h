// Field elements as the 64-bit words that the vector kernels work on: an element of Goldilocks is its canonical word, an
// element of an extension its coefficients in order.
#pragma once

#include <cstdint>
#include <type_traits>

#include "tacit/field/fields.h"

namespace tacit::prover {

template <class T>
inline constexpr bool kIsWords = std::is_same_v<typename T::Base, field::Goldilocks>;

template <class T>
const uint64_t* words(const T* elements) {
  static_assert(kIsWords<T> && sizeof(T) == 8 * T::kDegree && std::is_standard_layout_v<T>);
  return reinterpret_cast<const uint64_t*>(elements);
}
template <class T>
uint64_t* words(T* elements) {
  return const_cast<uint64_t*>(words(static_cast<const T*>(elements)));
}

}  // namespace tacit::prover
