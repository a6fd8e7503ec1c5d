#include "tacit/simd/layer.h"

#include <algorithm>
#include <vector>

#include "tacit/base/check.h"
#include "tacit/simd/layer_kernels.h"

namespace tacit::simd {
namespace {

using E = field::Goldilocks2;
constexpr size_t kGrain = 256;  // pairs of blocks

const LayerKernels& kernels() {
#if TACIT_SIMD_X86
  if (active_level() == Level::kAvx512) return avx512::kLayerKernels;
#endif
  return portable::kLayerKernels;
}

E lane(const uint64_t (&words)[2][8], size_t i) {
  return E({field::Goldilocks::from_canonical(words[0][i]), field::Goldilocks::from_canonical(words[1][i])});
}

// Runs pairs [0, n) in pieces and adds the lane sums, weighted.
template <class F>
LayerMessage sum_pieces(size_t n, const std::array<E, 8>& eq_low, Loop loop, const F& piece) {
  const size_t pieces = (n + kGrain - 1) / kGrain;
  std::vector<LaneSums> sums(pieces);
  for_each(loop, pieces, [&](size_t i) { piece(i * kGrain, std::min(n, (i + 1) * kGrain), sums[i]); });
  LayerMessage out{E::zero(), E::zero()};
  for (const LaneSums& s : sums)
    for (size_t i = 0; i < 8; ++i) {
      out[0] += eq_low[i] * lane(s.words[0], i);
      out[1] += eq_low[i] * lane(s.words[1], i);
    }
  return out;
}

}  // namespace

void add_fractions(const uint64_t* child_p, const uint64_t* child_q, size_t blocks, uint64_t* p, uint64_t* q,
                   Loop loop) {
  const LayerKernels& k = kernels();
  for_each(loop, (blocks + kGrain - 1) / kGrain, [&](size_t i) {
    k.add_fractions(child_p, child_q, blocks, i * kGrain, std::min(blocks, (i + 1) * kGrain), p, q);
  });
}

LayerMessage layer_message(const LayerView& in, const E& theta, size_t blocks, const std::array<E, 8>& eq_low,
                           std::span<const E> eq_high, Loop loop) {
  TACIT_CHECK(blocks % 2 == 0 && eq_high.size() == blocks / 2);
  const LayerKernels& k = kernels();
  return sum_pieces(blocks / 2, eq_low, loop, [&](size_t begin, size_t end, LaneSums& sums) {
    k.message(in, theta, begin, end, eq_high.data(), sums);
  });
}

LayerMessage layer_fold(const LayerView& in, const E* theta, const E& r, size_t blocks, const std::array<E, 8>& eq_low,
                        std::span<const E> eq_high, const LayerStore& out, Loop loop) {
  const LayerKernels& k = kernels();
  if (blocks == 2) {
    // A pair of blocks alone: the portable fold of one block.
    const uint64_t* source[4] = {in.u0, in.p1, in.q0, in.q1};
    uint64_t* target[4] = {out.u0, out.p1, out.q0, out.q1};
    std::array<E, 8> q0;
    for (int a : {2, 0, 1, 3})
      for (size_t i = 0; i < 8; ++i) {
        auto at = [&](size_t block) {
          const uint64_t* w = source[a] + block * kBlockWords;
          return E({field::Goldilocks::from_canonical(w[i]), field::Goldilocks::from_canonical(w[8 + i])});
        };
        E v = at(0) + r * (at(1) - at(0));
        if (a == 2) q0[i] = v;
        if (a == 0 && theta != nullptr) v += *theta * q0[i];
        target[a][i] = v[0].value();
        target[a][8 + i] = v[1].value();
      }
    return {E::zero(), E::zero()};
  }
  TACIT_CHECK(blocks % 4 == 0 && eq_high.size() == blocks / 4);
  return sum_pieces(blocks / 4, eq_low, loop, [&](size_t begin, size_t end, LaneSums& sums) {
    k.fold(in, theta, r, begin, end, eq_high.data(), out, sums);
  });
}

}  // namespace tacit::simd
