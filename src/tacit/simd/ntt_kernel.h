// The kernels of ntt_kernels.h over the Lanes of a level. Internal to simd/: see ring_split.h.
#pragma once

#include "tacit/simd/ntt_kernels.h"
#include "tacit/simd/ring_split.h"

namespace tacit::simd {
namespace {

template <class Lanes>
struct Ntt {
  // The last three levels: eight blocks of eight elements, from block b on, b a multiple of 8. Lane l works
  // on block b + l, so each lane has twiddles of its own.
  template <int kDegree, Direction kDirection>
  __attribute__((noinline)) static void last_levels(uint64_t* x, Twiddles t, uint64_t b) {
    constexpr uint64_t kLowMask = (1 << kLogLowTwiddles) - 1;
    Lanes power[8];
    power[1] = mul_by(Lanes::load(t.low + (b & kLowMask)), t.high + (b >> kLogLowTwiddles));
    power[1] = mul(power[1], power[1]);
    for (int k = 2; k < 8; ++k) power[k] = mul(power[k / 2], power[k - k / 2]);

    Lanes v[8 * kDegree];
    for (int c = 0; c < kDegree; ++c) {
      for (int l = 0; l < 8; ++l) v[8 * c + l] = Lanes::load(x + 8 * kDegree * l + 8 * c);
      transpose(v + 8 * c);
    }
    for (int c = 0; c < kDegree; ++c) {
      Lanes e[8];
      for (int k = 0; k < 8; ++k) e[k] = v[kDegree * k + c];
      if constexpr (kDirection == Direction::kSplit) {
        for (int k = 1; k < 8; ++k) e[k] = mul(e[k], power[k]);
        short_transform<8>(e);
        for (int k = 0; k < 8; ++k) e[k] = canonical(e[k]);
      } else {
        transposed_short_transform<8>(e);
        for (int k = 1; k < 8; ++k) e[k] = mul(e[k], power[k]);
      }
      for (int k = 0; k < 8; ++k) v[kDegree * k + c] = e[k];
    }
    for (int c = 0; c < kDegree; ++c) {
      transpose(v + 8 * c);
      for (int l = 0; l < 8; ++l) v[8 * c + l].store(x + 8 * kDegree * l + 8 * c);
    }
  }

  template <int kDegree, Direction kDirection>
  static void block(uint64_t* x, int log_len, Twiddles t, uint64_t b) {
    constexpr bool kSplit = kDirection == Direction::kSplit;
    const bool small = log_len == kLogSmallestBlock;
    const int above = log_len - kLogSmallestBlock;
    const int log_radix = small ? 3 : above % 4 == 0 ? 4 : above % 4;
    const int log_child = log_len - log_radix;
    const size_t words = size_t{kDegree} << log_child;
    if (kSplit) step_block<Lanes>(x, words, 0, words, log_radix, t, b);
    if (small) {
      last_levels<kDegree, kDirection>(x, t, 8 * b);
    } else {
      for (size_t p = 0; p < size_t{1} << log_radix; ++p)
        block<kDegree, kDirection>(x + words * p, log_child, t, (b << log_radix) + p);
    }
    if (!kSplit) step_block<Lanes, Direction::kJoin>(x, words, 0, words, log_radix, t, b);
  }

  template <Direction kDirection>
  static void any_block(uint64_t* x, int log_len, int degree, Twiddles t, uint64_t b) {
    if (degree == 1) return block<1, kDirection>(x, log_len, t, b);
    if (degree == 2) return block<2, kDirection>(x, log_len, t, b);
    block<3, kDirection>(x, log_len, t, b);
  }

  static void accumulate(uint64_t* sum, const uint64_t* x, size_t n, const uint64_t* factor) {
    for (size_t i = 0; i < n; i += 8) {
      Lanes term = Lanes::load(x + i);
      if (factor != nullptr) term = mul_by(term, factor);
      canonical(add(term, Lanes::load(sum + i))).store(sum + i);
    }
  }

  // Four independent chains of 8 elements each, multiplied by point^32 at every turn.
  template <int kDegree>
  static void add_powers(uint64_t* x, size_t n, const uint64_t* weight, uint64_t point) {
    constexpr int kVectors = 4 * kDegree;
    uint64_t first[8 * kVectors], power[2] = {1, 0};
    for (int e = 0; e < 32; ++e, power[0] = times(power[0], point))
      for (int c = 0; c < kDegree; ++c) first[kDegree * e + c] = times(weight[c], power[0]);
    Lanes term[kVectors];
    for (int i = 0; i < kVectors; ++i) term[i] = Lanes::load(first + 8 * i);
    for (size_t i = 0; i < kDegree * n; i += 8 * kVectors)
      for (int j = 0; j < kVectors; ++j) {
        uint64_t* p = x + i + 8 * j;
        canonical(add(term[j], Lanes::load(p))).store(p);
        term[j] = mul_by(term[j], power);
      }
  }

  static void add_any_powers(uint64_t* x, size_t n, int degree, const uint64_t* weight, uint64_t point) {
    if (degree == 1) return add_powers<1>(x, n, weight, point);
    if (degree == 2) return add_powers<2>(x, n, weight, point);
    add_powers<3>(x, n, weight, point);
  }

  static constexpr NttKernels table() {
    return {step_block<Lanes, Direction::kSplit>,
            step_block<Lanes, Direction::kJoin>,
            any_block<Direction::kSplit>,
            any_block<Direction::kJoin>,
            add_any_powers,
            accumulate};
  }
};

}  // namespace
}  // namespace tacit::simd
