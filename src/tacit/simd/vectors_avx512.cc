// The vector kernels with AVX-512 IFMA: eight elements at a time.
#include "tacit/simd/level.h"

#if TACIT_SIMD_X86
#include "tacit/simd/extension_avx512.h"
#include "tacit/simd/vectors_kernels.h"

namespace tacit::simd {
namespace {

template <class V>
struct Bulk {
  static constexpr size_t kD = V::kDegree;
  static constexpr size_t kWords = 8 * kD;  // of eight elements

  // The sum of the lanes, as one element.
  static void sum_lanes(const V& v, uint64_t* sum) {
    for (size_t j = 0; j < kD; ++j) {
      uint64_t words[8], total = 0;
      v.c[j].store(words);
      for (uint64_t word : words) {
        unsigned __int128 t = static_cast<unsigned __int128>(total) + word;
        total = static_cast<uint64_t>(t % 0xffffffff00000001);
      }
      sum[j] = total;
    }
  }

  // Sums of up to kMaxTerms terms by f(words offset), added up in lanes.
  template <class Sum, class F>
  TACIT_INLINE static void accumulate(size_t n, V* totals, int n_sums, const F& f) {
    for (size_t first = 0; first < n; first += 8 * Sum::kMaxTerms) {
      const size_t last = first + 8 * Sum::kMaxTerms < n ? first + 8 * Sum::kMaxTerms : n;
      Sum sums[2] = {Sum::zero(), Sum::zero()};
      for (size_t i = first; i < last; i += 8) f(i, sums);
      for (int s = 0; s < n_sums; ++s) totals[s] = totals[s] + sums[s].reduce();
    }
  }

  static void fold(Halves v, size_t n, const uint64_t* r) {
    const Constant<V> k(r);
    for (size_t i = 0; i < kD * n; i += kWords) {
      V low = V::load(v.low + i);
      add_times(&low, V::load(v.high + i) - low, k).store(v.low + i);
    }
  }

  static void message(Halves a, Halves c, size_t n, uint64_t* sums) {
    V totals[2] = {V::zero(), V::zero()};
    accumulate<ProductSum<V>>(
        n, totals, 2, [&](size_t i, ProductSum<V> * sum) __attribute__((always_inline)) {
          V a_low = V::load(a.low + kD * i), c_low = V::load(c.low + kD * i);
          sum[0].add(a_low, c_low);
          V a_high = V::load(a.high + kD * i), c_high = V::load(c.high + kD * i);
          sum[1].add((a_high + a_high) - a_low, (c_high + c_high) - c_low);
        });
    sum_lanes(totals[0], sums);
    sum_lanes(totals[1], sums + kD);
  }

  static void add_scaled(uint64_t* y, const uint64_t* x, size_t n, const uint64_t* k) {
    const Constant<V> constant(k);
    for (size_t i = 0; i < kD * n; i += kWords) {
      V base = V::load(y + i);
      add_times(&base, V::load(x + i), constant).store(y + i);
    }
  }

  static void add_scaled_base(uint64_t* y, const uint64_t* x, size_t n, const uint64_t* k) {
    const Constant<V> constant(k);
    for (size_t i = 0; i < n; i += 8) {
      V v = V::load(y + kD * i);
      Split word = split(V::load_base(x + i));
      for (size_t j = 0; j < kD; ++j) {
        Wide sum = Wide::of(v.c[j]);
        sum.add_product(word, constant.m[kD - 1 + j]);
        v.c[j] = canonical(sum.reduce());
      }
      v.store(y + kD * i);
    }
  }

  static void dot(const uint64_t* x, const uint64_t* y, size_t n, uint64_t* sum) {
    V total = V::zero();
    accumulate<ProductSum<V>>(
        n, &total, 1, [&](size_t i, ProductSum<V> * s) __attribute__((always_inline)) {
          s[0].add(V::load(x + kD * i), V::load(y + kD * i));
        });
    sum_lanes(total, sum);
  }

  // As ProductSum, for a factor of the base field.
  struct BaseSum {
    static constexpr int kMaxTerms = 512;
    Wide c[kD];

    TACIT_INLINE static BaseSum zero() {
      BaseSum out;
      for (Wide& w : out.c) w = Wide::zero();
      return out;
    }
    TACIT_INLINE V reduce() const {
      V out;
      for (size_t j = 0; j < kD; ++j) out.c[j] = canonical(c[j].reduce());
      return out;
    }
  };

  static void dot_base(const uint64_t* x, const uint64_t* y, size_t n, uint64_t* sum) {
    V total = V::zero();
    accumulate<BaseSum>(
        n, &total, 1, [&](size_t i, BaseSum * s) __attribute__((always_inline)) {
          Split word = split(V::load_base(x + i));
          V v = V::load(y + kD * i);
          for (size_t j = 0; j < kD; ++j) s[0].c[j].add_product(split(v.c[j]), word);
        });
    sum_lanes(total, sum);
  }

  static void split_halves(Halves v, size_t n, const uint64_t* r) {
    const Constant<V> k(r);
    for (size_t i = 0; i < kD * n; i += kWords) {
      V low = V::load(v.low + i);
      V high = add_times<V>(nullptr, low, k);
      high.store(v.high + i);
      V rest = low - high;
      for (Lanes& x : rest.c) x = canonical(x);
      rest.store(v.low + i);
    }
  }

  static constexpr VectorKernels table() {
    return {8, fold, message, add_scaled, add_scaled_base, dot, dot_base, split_halves};
  }
};

}  // namespace

constinit const VectorKernels avx512::kVectorKernels2 = Bulk<Elements2>::table();
constinit const VectorKernels avx512::kVectorKernels3 = Bulk<Elements3>::table();

}  // namespace tacit::simd
#endif
