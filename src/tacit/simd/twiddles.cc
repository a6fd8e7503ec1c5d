#include "tacit/simd/twiddles.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/field/goldilocks.h"

namespace tacit::simd {
namespace {

using field::Goldilocks;

// table[b] is the product over the bits i of b of root_of_unity(first_order + i); `padding` zeros follow.
std::vector<uint64_t> subset_products(int first_order, int bits, size_t padding) {
  std::vector<uint64_t> table((size_t{1} << bits) + padding);
  table[0] = 1;
  for (int i = 0; i < bits; ++i) {
    Goldilocks root = Goldilocks::root_of_unity(first_order + i);
    for (size_t b = 0; b < size_t{1} << i; ++b) table[(size_t{1} << i) + b] = (Goldilocks(table[b]) * root).value();
  }
  return table;
}

}  // namespace

TwiddleTables::TwiddleTables(int log_blocks) {
  TACIT_CHECK(log_blocks <= 28);
  // Kernels read the low table in vectors of 16.
  int low = std::clamp(log_blocks, 4, kLogLowTwiddles);
  low_ = subset_products(5, low, 1);
  high_ = subset_products(5 + low, std::max(log_blocks - low, 0), 1);
}

uint64_t block_constant(int k, uint64_t b) {
  Goldilocks x = Goldilocks::one();
  for (int i = 0; i < k; ++i)
    if ((b >> i) & 1) x *= Goldilocks::root_of_unity(i + 1);
  return x.value();
}

}  // namespace tacit::simd
