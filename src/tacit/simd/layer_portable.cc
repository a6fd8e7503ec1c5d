#include "tacit/simd/layer_kernels.h"

namespace tacit::simd {
namespace {

using F = field::Goldilocks;
using E = field::Goldilocks2;

E get(const uint64_t* blocks, size_t block, size_t lane) {
  const uint64_t* w = blocks + block * kBlockWords + lane;
  return E({F::from_canonical(w[0]), F::from_canonical(w[8])});
}
void set(uint64_t* blocks, size_t block, size_t lane, const E& v) {
  uint64_t* w = blocks + block * kBlockWords + lane;
  w[0] = v[0].value();
  w[8] = v[1].value();
}

void add_fractions(const uint64_t* child_p, const uint64_t* child_q, size_t half, size_t begin, size_t end, uint64_t* p,
                   uint64_t* q) {
  for (size_t v = begin; v < end; ++v)
    for (size_t i = 0; i < 8; ++i) {
      const E p0 = get(child_p, v, i), p1 = get(child_p, v + half, i);
      const E q0 = get(child_q, v, i), q1 = get(child_q, v + half, i);
      set(p, v, i, p0 * q1 + p1 * q0);
      set(q, v, i, q0 * q1);
    }
}

struct Sums {
  E t0[8], t_inf[8];
  void add(size_t i, const E& eq, const E (&low)[4], const E (&high)[4]) {
    t0[i] += eq * (low[0] * low[3] + low[1] * low[2]);
    t_inf[i] += eq * ((high[0] - low[0]) * (high[3] - low[3]) + (high[1] - low[1]) * (high[2] - low[2]));
  }
  void write(LaneSums& out) const {
    for (size_t i = 0; i < 8; ++i)
      for (int c = 0; c < 2; ++c) {
        out.words[0][c][i] = t0[i][c].value();
        out.words[1][c][i] = t_inf[i][c].value();
      }
  }
};

void message(const LayerView& in, const E& theta, size_t begin, size_t end, const E* eq_high, LaneSums& out) {
  Sums sums{};
  for (size_t v = begin; v < end; ++v)
    for (size_t i = 0; i < 8; ++i) {
      E side[2][4];
      for (size_t h = 0; h < 2; ++h) {
        const size_t b = 2 * v + h;
        side[h][1] = get(in.p1, b, i);
        side[h][2] = get(in.q0, b, i);
        side[h][3] = get(in.q1, b, i);
        side[h][0] = get(in.u0, b, i) + theta * side[h][2];
      }
      sums.add(i, eq_high[v], side[0], side[1]);
    }
  sums.write(out);
}

void fold(const LayerView& in, const E* theta, const E& r, size_t begin, size_t end, const E* eq_high,
          const LayerStore& out, LaneSums& lane_sums) {
  Sums sums{};
  const uint64_t* source[4] = {in.u0, in.p1, in.q0, in.q1};
  uint64_t* target[4] = {out.u0, out.p1, out.q0, out.q1};
  for (size_t v = begin; v < end; ++v)
    for (size_t i = 0; i < 8; ++i) {
      E side[2][4];
      for (size_t h = 0; h < 2; ++h) {
        for (int a = 0; a < 4; ++a) {
          const E low = get(source[a], 4 * v + 2 * h, i), high = get(source[a], 4 * v + 2 * h + 1, i);
          side[h][a] = low + r * (high - low);
        }
        if (theta != nullptr) side[h][0] += *theta * side[h][2];
        for (int a = 0; a < 4; ++a) set(target[a], 2 * v + h, i, side[h][a]);
      }
      sums.add(i, eq_high[v], side[0], side[1]);
    }
  sums.write(lane_sums);
}

}  // namespace

constinit const LayerKernels portable::kLayerKernels = {add_fractions, message, fold};

}  // namespace tacit::simd
