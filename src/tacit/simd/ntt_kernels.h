// The kernels behind ntt.h, one table a level. Internal to simd/.
//
// A vector holds elements of `degree` words each; they are transformed word by word with twiddles of the base
// field. A block of 2^log_len elements has index b among the blocks of its length (twiddles.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "tacit/simd/level.h"
#include "tacit/simd/twiddles.h"

namespace tacit::simd {

inline constexpr int kLogSmallestBlock = 6;  // 64 elements: below, lanes would not be full

struct NttKernels {
  // One step of radix 2^log_radix ≤ 16: words [begin, end), multiples of 8, of each of the parts, which lie
  // `words` words apart. `join` is the transpose of `split`.
  void (*split)(uint64_t* x, size_t words, size_t begin, size_t end, int log_radix, Twiddles t, uint64_t b);
  void (*join)(uint64_t* x, size_t words, size_t begin, size_t end, int log_radix, Twiddles t, uint64_t b);
  // All levels of block b, down to canonical values; and the transpose. Requires log_len ≥ kLogSmallestBlock.
  void (*transform)(uint64_t* x, int log_len, int degree, Twiddles t, uint64_t b);
  void (*transposed)(uint64_t* x, int log_len, int degree, Twiddles t, uint64_t b);
  // x[e] += weight · point^e for n elements e, n a multiple of 32. Canonical in and out.
  void (*add_powers)(uint64_t* x, size_t n, int degree, const uint64_t* weight, uint64_t point);
  // sum[i] += factor · x[i] for words i < n; a null factor is one. Canonical sum, any x; n a multiple of 8.
  void (*accumulate)(uint64_t* sum, const uint64_t* x, size_t n, const uint64_t* factor);
};

namespace portable {
extern const NttKernels kNttKernels;
}
namespace avx2 {
extern const NttKernels kNttKernels;
}
namespace avx512 {
extern const NttKernels kNttKernels;
}

const NttKernels& ntt_kernels(Level level);

}  // namespace tacit::simd
