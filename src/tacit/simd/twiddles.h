// The constants of ring splitting. Internal to simd/.
//
// Block b of the blocks of length l that a transform of size n has after k = log(n / l) levels is a
// polynomial mod X^l − x_b, x_b = root_of_unity(k)^(bitrev_k(b)): poly/ntt.h. Splitting it in 16 uses the
// powers of
//
//   z(b) = root_of_unity(k + 4)^(bitrev_k(b)),   z(b)^16 = x_b,
//
// which is the same for every k with b < 2^k. Bits of b contribute factors, so two short tables give all of
// them: z(b) = low[b mod 2^12] · high[b / 2^12]. Splitting in R = 2, 4 or 8 uses the powers of z(b)^(16/R).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tacit::simd {

inline constexpr int kLogLowTwiddles = 12;

// The tables of one size, as kernels see them.
struct Twiddles {
  const uint64_t* low;
  const uint64_t* high;
};

class TwiddleTables {
 public:
  // For blocks b < 2^log_blocks. Requires log_blocks ≤ 28.
  explicit TwiddleTables(int log_blocks);
  Twiddles view() const { return {low_.data(), high_.data()}; }

 private:
  std::vector<uint64_t> low_, high_;
};

// x_b of the block b after k levels, with b < 2^k.
uint64_t block_constant(int k, uint64_t b);

}  // namespace tacit::simd
