// Canonical bytes of field elements: the coefficients c_0, c_1, …, each in [0, p), little-endian,
// Base::kBytes each.
#pragma once

#include "tacit/base/bytes.h"
#include "tacit/field/concept.h"

namespace tacit::field {

template <Field T>
void write(Writer& w, const T& element) {
  static_assert(T::Base::kBytes == 8 || T::Base::kBytes == 2);
  for (int i = 0; i < T::kDegree; ++i) {
    uint64_t value = element[i].value();
    if constexpr (T::Base::kBytes == 8) {
      w.u64(value);
    } else {
      w.u16(static_cast<uint16_t>(value));
    }
  }
}

// Errors: kTruncated; kNonCanonical when a coefficient is not below p, with its byte offset as index.
template <Field T>
Result<T> read(Reader& r) {
  using F = typename T::Base;
  T element;
  for (int i = 0; i < T::kDegree; ++i) {
    size_t offset = r.offset();
    uint64_t word = 0;
    if constexpr (F::kBytes == 8) {
      TACIT_ASSIGN(word, r.u64());
    } else {
      TACIT_ASSIGN(word, r.u16());
    }
    if (word >= F::kModulus) return fail(Code::kNonCanonical, "field element", offset);
    element[i] = F::from_canonical(word);
  }
  return element;
}

}  // namespace tacit::field
