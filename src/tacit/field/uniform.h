// Exactly uniform field elements from uniform 64-bit words, by rejection.
//
// A word stands for its low ⌈log₂ p⌉ bits (all 64 for Goldilocks); it is refused when they are not below p.
// Reducing instead would bias masks and challenges. An extension element takes c_0, c_1, … in order; a
// refused word is dropped alone and the next word of the source takes its place. Timing reveals which words
// are refused, and nothing about those that are taken.
#pragma once

#include <bit>
#include <optional>

#include "tacit/field/concept.h"

namespace tacit::field {

// The element a word stands for, or nothing when the word is refused.
template <BaseField F>
constexpr std::optional<F> from_word(uint64_t word) {
  word &= ~uint64_t{0} >> std::countl_zero(F::kModulus - 1);
  if (word >= F::kModulus) return std::nullopt;
  return F::from_canonical(word);
}

// A uniform element; `next()` returns a fresh uniform word at each call.
template <Field E, class WordSource>
constexpr E sample(WordSource&& next) {
  E element;
  for (int i = 0; i < E::kDegree; ++i) {
    std::optional<typename E::Base> c;
    while (!c) c = from_word<typename E::Base>(next());
    element[i] = *c;
  }
  return element;
}

}  // namespace tacit::field
