// The domain of a code: the subgroup of order n = 2^log_n, in bit-reversed order.
//
//   x_j = ω^bitrev(j),  ω = root_of_unity(log_n),  bitrev over log_n bits
#pragma once

#include <cstdint>

#include "tacit/field/concept.h"

namespace tacit::poly {

// The low `bits` bits of j in reverse order. Requires: 0 ≤ bits ≤ 64, j < 2^bits.
inline uint64_t bit_reverse(uint64_t j, int bits) {
  uint64_t out = 0;
  for (int i = 0; i < bits; ++i) out |= (j >> i & 1) << (bits - 1 - i);
  return out;
}

// x_j. Requires: j < 2^log_n, log_n ≤ F::kTwoAdicity.
template <field::BaseField F>
F domain_point(int log_n, uint64_t j) {
  return F::root_of_unity(log_n).pow(bit_reverse(j, log_n));
}

}  // namespace tacit::poly
