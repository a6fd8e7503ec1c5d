#include "tacit/simd/level.h"

#if TACIT_SIMD_X86
#include "tacit/simd/layer_kernels.h"
#include "tacit/simd/quadratic_avx512.h"

namespace tacit::simd {
namespace {

constexpr size_t kFlush = 64;  // products between reductions of the running sums

TACIT_INLINE Quadratic load(const uint64_t* blocks, size_t block) {
  const uint64_t* w = blocks + block * kBlockWords;
  return {{Lanes::load(w), Lanes::load(w + 8)}};
}
TACIT_INLINE void store(uint64_t* blocks, size_t block, const Quadratic& x) {
  uint64_t* w = blocks + block * kBlockWords;
  x.c[0].store(w);
  x.c[1].store(w + 8);
}

// The words of an extension element; this file includes no inline functions that other files share.
struct Pair {
  uint64_t c0, c1;
};
TACIT_INLINE Pair words_of(const field::Goldilocks2* x) {
  Pair out;
  __builtin_memcpy(&out, x, sizeof out);
  return out;
}
TACIT_INLINE uint64_t seven_times(uint64_t x) {
  return static_cast<uint64_t>(static_cast<unsigned __int128>(x) * 7 % 0xffffffff00000001u);
}
TACIT_INLINE QuadraticFactor factor_of(const field::Goldilocks2* x) {
  const Pair p = words_of(x);
  return factor(p.c0, p.c1, seven_times(p.c1));
}

// x·y + z·w, reduced.
TACIT_INLINE Quadratic two_products(const Quadratic& x, const Quadratic& y, const Quadratic& z, const Quadratic& w) {
  QuadraticSum sum = QuadraticSum::zero();
  sum.add_product(split(x), split(y));
  sum.add_product(split(z), split(w));
  return sum.reduce();
}

void add_fractions(const uint64_t* child_p, const uint64_t* child_q, size_t half, size_t begin, size_t end, uint64_t* p,
                   uint64_t* q) {
  for (size_t v = begin; v < end; ++v) {
    const Quadratic p0 = load(child_p, v), p1 = load(child_p, v + half);
    const Quadratic q0 = load(child_q, v), q1 = load(child_q, v + half);
    store(p, v, canonical(two_products(p0, q1, p1, q0)));
    QuadraticSum product = QuadraticSum::zero();
    product.add_product(split(q0), split(q1));
    store(q, v, canonical(product.reduce()));
  }
}

struct Side {
  Quadratic u0, p1, q0, q1;
};

// Running sums of eq·t(0) and eq·t(∞) over pairs of blocks.
class MessageSums {
 public:
  TACIT_INLINE void add(const field::Goldilocks2* eq, const Side& low, const Side& high) {
    const Quadratic t0 = two_products(low.u0, low.q1, low.p1, low.q0);
    const Quadratic t_inf =
        two_products(sub(high.u0, low.u0), sub(high.q1, low.q1), sub(high.p1, low.p1), sub(high.q0, low.q0));
    const Pair p = words_of(eq);
    const SplitQuadratic weight{{split(p.c0), split(p.c1)}};
    t0_.add_product(split(t0), weight);
    t_inf_.add_product(split(t_inf), weight);
    if (++pending_ == kFlush) flush();
  }
  void write(LaneSums& out) {
    flush();
    for (int c = 0; c < 2; ++c) {
      total0_.c[c].store(out.words[0][c]);
      total_inf_.c[c].store(out.words[1][c]);
    }
  }

 private:
  void flush() {
    total0_ = canonical(simd::add(total0_, canonical(t0_.reduce())));
    total_inf_ = canonical(simd::add(total_inf_, canonical(t_inf_.reduce())));
    t0_ = t_inf_ = QuadraticSum::zero();
    pending_ = 0;
  }
  QuadraticSum t0_ = QuadraticSum::zero(), t_inf_ = QuadraticSum::zero();
  Quadratic total0_{{Lanes::zero(), Lanes::zero()}}, total_inf_{{Lanes::zero(), Lanes::zero()}};
  size_t pending_ = 0;
};

void message(const LayerView& in, const field::Goldilocks2& theta, size_t begin, size_t end,
             const field::Goldilocks2* eq_high, LaneSums& out) {
  const QuadraticFactor k = factor_of(&theta);
  MessageSums sums;
  for (size_t v = begin; v < end; ++v) {
    auto side = [&](size_t b) TACIT_INLINE_LAMBDA {
      const Quadratic q0 = load(in.q0, b);
      return Side{add_multiple(load(in.u0, b), k, q0), load(in.p1, b), q0, load(in.q1, b)};
    };
    sums.add(eq_high + v, side(2 * v), side(2 * v + 1));
  }
  sums.write(out);
}

template <bool kFirst>
void fold_range(const LayerView& in, const QuadraticFactor& theta, const QuadraticFactor& r, size_t begin, size_t end,
                const field::Goldilocks2* eq_high, const LayerStore& out, LaneSums& lane_sums) {
  MessageSums sums;
  for (size_t v = begin; v < end; ++v) {
    auto bound = [&](const uint64_t* blocks, size_t b) TACIT_INLINE_LAMBDA {
      const Quadratic low = load(blocks, 2 * b);
      return add_multiple(low, r, canonical(sub(load(blocks, 2 * b + 1), low)));
    };
    auto side = [&](size_t b) TACIT_INLINE_LAMBDA {
      Side s{bound(in.u0, b), bound(in.p1, b), bound(in.q0, b), bound(in.q1, b)};
      if constexpr (kFirst) s.u0 = add_multiple(s.u0, theta, s.q0);
      store(out.u0, b, s.u0);
      store(out.p1, b, s.p1);
      store(out.q0, b, s.q0);
      store(out.q1, b, s.q1);
      return s;
    };
    const Side low = side(2 * v), high = side(2 * v + 1);
    sums.add(eq_high + v, low, high);
  }
  sums.write(lane_sums);
}

void fold(const LayerView& in, const field::Goldilocks2* theta, const field::Goldilocks2& r, size_t begin, size_t end,
          const field::Goldilocks2* eq_high, const LayerStore& out, LaneSums& sums) {
  const QuadraticFactor k = factor_of(&r);
  if (theta != nullptr) {
    fold_range<true>(in, factor_of(theta), k, begin, end, eq_high, out, sums);
  } else {
    fold_range<false>(in, k, k, begin, end, eq_high, out, sums);
  }
}

}  // namespace

constinit const LayerKernels avx512::kLayerKernels = {add_fractions, message, fold};

}  // namespace tacit::simd
#endif
