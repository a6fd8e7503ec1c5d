// The kernels behind layer.h, one table a level, each on a range of blocks. Internal to simd/.
#pragma once

#include "tacit/simd/layer.h"
#include "tacit/simd/level.h"

namespace tacit::simd {

// Lane sums of a message: t(0) and t(∞), two coefficients of eight lanes each, canonical, eq_low not applied.
struct LaneSums {
  uint64_t words[2][2][8];
};

struct LayerKernels {
  void (*add_fractions)(const uint64_t* child_p, const uint64_t* child_q, size_t half, size_t begin, size_t end,
                        uint64_t* p, uint64_t* q);
  // Pairs [begin, end).
  void (*message)(const LayerView& in, const field::Goldilocks2& theta, size_t begin, size_t end,
                  const field::Goldilocks2* eq_high, LaneSums& sums);
  // Pairs of output blocks [begin, end): output blocks 2v and 2v + 1 from input blocks 4v … 4v + 3.
  void (*fold)(const LayerView& in, const field::Goldilocks2* theta, const field::Goldilocks2& r, size_t begin,
               size_t end, const field::Goldilocks2* eq_high, const LayerStore& out, LaneSums& sums);
};

namespace portable {
extern const LayerKernels kLayerKernels;
}
namespace avx512 {
extern const LayerKernels kLayerKernels;
}

}  // namespace tacit::simd
