// The kernels behind vectors.h, one table a level and degree. Internal to simd/.
//
// Pointers are to words, counts are of elements and multiples of `batch`. Elements of E are kDegree words
// each.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tacit/simd/level.h"

namespace tacit::simd {

// The halves of a vector that is bound at the top bit.
struct Halves {
  uint64_t* low;
  uint64_t* high;
};

struct VectorKernels {
  size_t batch;

  // low[i] += r (high[i] − low[i]).
  void (*fold)(Halves v, size_t n, const uint64_t* r);
  // sums[0] = Σ a.low c.low, sums[1] = Σ (2 a.high − a.low)(2 c.high − c.low).
  void (*message)(Halves a, Halves c, size_t n, uint64_t* sums);
  // y[i] += k x[i], x over E and over the base field.
  void (*add_scaled)(uint64_t* y, const uint64_t* x, size_t n, const uint64_t* k);
  void (*add_scaled_base)(uint64_t* y, const uint64_t* x, size_t n, const uint64_t* k);
  // *sum = Σ x[i] y[i], x over E and over the base field.
  void (*dot)(const uint64_t* x, const uint64_t* y, size_t n, uint64_t* sum);
  void (*dot_base)(const uint64_t* x, const uint64_t* y, size_t n, uint64_t* sum);
  // (low[i], high[i]) = (low[i] − r low[i], r low[i]).
  void (*split)(Halves v, size_t n, const uint64_t* r);
};

namespace portable {
extern const VectorKernels kVectorKernels2, kVectorKernels3;
}
namespace avx512 {
extern const VectorKernels kVectorKernels2, kVectorKernels3;
}

// The AVX2 level uses the portable kernels.
const VectorKernels& vector_kernels(Level level, int degree);

}  // namespace tacit::simd
