#include "tacit/simd/ntt.h"

#include <algorithm>
#include <bit>

#include "tacit/base/check.h"
#include "tacit/simd/ntt_kernels.h"
#include "tacit/simd/work_buffer.h"

namespace tacit::simd {

const NttKernels& ntt_kernels(Level level) {
#if TACIT_SIMD_X86
  if (level == Level::kAvx512) return avx512::kNttKernels;
  if (level == Level::kAvx2) return avx2::kNttKernels;
#endif
  (void)level;
  return portable::kNttKernels;
}

namespace {

using field::Goldilocks;

// The last step of radix 8 takes its twiddles from a table of those for radix 16, a root of twice the order.
constexpr int kMaxLogN = Goldilocks::kTwoAdicity - 1;
constexpr int kLogAlone = 13;             // elements of a block that one thread transforms by itself
constexpr size_t kWordsAtOnce = 1 << 10;  // of each part, in a piece of a step that threads share

template <class T>
uint64_t* words_of(T* elements) {
  static_assert(sizeof(T) == 8 * T::kDegree);
  return reinterpret_cast<uint64_t*>(elements);
}

int log_of(size_t n) {
  TACIT_CHECK(std::has_single_bit(n));
  int log_n = std::countr_zero(n);
  TACIT_CHECK(log_n <= kMaxLogN);
  return log_n;
}

// The transforms of blocks of one vector.
class Blocks {
 public:
  Blocks(int log_n, int degree, Loop loop)
      : degree_(degree), loop_(loop), twiddles_(log_n - 3), kernels_(ntt_kernels(active_level())) {}

  const NttKernels& kernels() const { return kernels_; }

  void transform(uint64_t* x, int log_len, uint64_t b) const {
    if (log_len <= kLogAlone) return kernels_.transform(x, log_len, degree_, twiddles_.view(), b);
    step(kernels_.split, x, log_len, 4, b);
    children(x, log_len, 4, b,
             [&](uint64_t* child, int log_child, uint64_t index) { transform(child, log_child, index); });
  }

  void transposed(uint64_t* x, int log_len, uint64_t b) const {
    if (log_len <= kLogAlone) return kernels_.transposed(x, log_len, degree_, twiddles_.view(), b);
    children(x, log_len, 4, b,
             [&](uint64_t* child, int log_child, uint64_t index) { transposed(child, log_child, index); });
    step(kernels_.join, x, log_len, 4, b);
  }

  // f(child, log of its length, index) for the 2^log_radix children of block b.
  template <class F>
  void children(uint64_t* x, int log_len, int log_radix, uint64_t b, const F& f) const {
    const int log_child = log_len - log_radix;
    for_each(loop_, size_t{1} << log_radix,
             [&](size_t p) { f(x + degree_ * (p << log_child), log_child, (b << log_radix) + p); });
  }

  using Step = decltype(NttKernels::split);
  void step(Step kernel, uint64_t* x, int log_len, int log_radix, uint64_t b) const {
    const size_t words = static_cast<size_t>(degree_) << (log_len - log_radix);
    pieces(words, [&](size_t begin, size_t end) { kernel(x, words, begin, end, log_radix, twiddles_.view(), b); });
  }

  // f(begin, end) for pieces of [0, words).
  template <class F>
  void pieces(size_t words, const F& f) const {
    for_each(loop_, (words + kWordsAtOnce - 1) / kWordsAtOnce,
             [&](size_t i) { f(i * kWordsAtOnce, std::min(words, (i + 1) * kWordsAtOnce)); });
  }

 private:
  int degree_;
  Loop loop_;
  TwiddleTables twiddles_;
  const NttKernels& kernels_;
};

// Vectors too short for the kernels.
template <class T>
std::vector<T> short_power_sums(std::span<const std::pair<uint64_t, T>> terms, int log_n, size_t count) {
  std::vector<T> sums(count);
  for (const auto& [position, weight] : terms) {
    const Goldilocks x(block_constant(log_n, position));
    T term = weight;
    for (T& sum : sums) {
      sum += term;
      term *= x;
    }
  }
  return sums;
}

template <class T>
void short_evaluate(std::span<T> values, int log_n, size_t n_coefficients) {
  std::vector<T> coefficients(values.begin(), values.begin() + n_coefficients);
  for (size_t j = 0; j < values.size(); ++j) {
    const Goldilocks x(block_constant(log_n, j));
    values[j] = T::zero();
    for (size_t i = n_coefficients; i-- > 0;) values[j] = values[j] * x + coefficients[i];
  }
}

// Power sums of the terms in one block, by dividing it until two terms at most are left.
template <class T>
class SparseSums {
 public:
  using Term = std::pair<uint64_t, T>;

  SparseSums(const Blocks& blocks, int log_n) : blocks_(blocks), log_n_(log_n) {}

  // Fills the block's 2^log_len elements. `terms` are those in block b, by increasing position.
  void fill(uint64_t* x, int log_len, uint64_t b, std::span<const Term> terms) const {
    const size_t n = size_t{1} << log_len;
    if (terms.size() <= 2 || log_len <= kLogSmallestBlock) {
      std::fill_n(x, T::kDegree * n, 0);
      for (const auto& [position, weight] : terms) {
        T w = weight;
        blocks_.kernels().add_powers(x, n, T::kDegree, words_of(&w), block_constant(log_n_, position));
      }
      return;
    }
    const int log_radix = std::min(4, log_len - kLogSmallestBlock);
    blocks_.children(x, log_len, log_radix, b, [&](uint64_t* child, int log_child, uint64_t index) {
      fill(child, log_child, index, inside(terms, log_child, index));
    });
    blocks_.step(blocks_.kernels().join, x, log_len, log_radix, b);
  }

  std::span<const Term> inside(std::span<const Term> terms, int log_len, uint64_t b) const {
    auto before = [&](uint64_t block) {
      return std::ranges::partition_point(terms, [&](const Term& t) { return t.first >> log_len < block; });
    };
    return {before(b), before(b + 1)};
  }

 private:
  const Blocks& blocks_;
  int log_n_;
};

}  // namespace

// Coefficients beyond a power of two M < n are zero: the residue in each of the n/M blocks of length M is
// then the polynomial itself.
template <class T>
void evaluate_bitrev_in_place(std::span<T> values, size_t n_coefficients, Loop loop) {
  const int log_n = log_of(values.size());
  TACIT_CHECK(n_coefficients <= values.size());
  if (log_n < kLogSmallestBlock) return short_evaluate(values, log_n, n_coefficients);
  const size_t m = std::bit_ceil(std::max(n_coefficients, size_t{1} << kLogSmallestBlock));
  std::fill(values.begin() + n_coefficients, values.begin() + m, T::zero());
  Blocks blocks(log_n, T::kDegree, loop);
  for_each(loop, values.size() / m - 1, [&](size_t i) {
    std::copy_n(values.begin(), m, values.begin() + (i + 1) * m);
    blocks.transform(words_of(&values[(i + 1) * m]), log_of(m), i + 1);
  });
  blocks.transform(words_of(values.data()), log_of(m), 0);
}

// n · coefficient_i = Σ_j value_j x_j^(−i), a power sum with the exponent n − i.
template <class T>
void interpolate_bitrev_in_place(std::span<T> values, Loop loop) {
  const int log_n = log_of(values.size());
  if (log_n < kLogSmallestBlock) {
    std::vector<std::pair<uint64_t, T>> terms;
    for (size_t j = 0; j < values.size(); ++j) terms.emplace_back(j, values[j]);
    const Goldilocks scale = Goldilocks(values.size()).inverse();
    std::ranges::transform(short_power_sums<T>(terms, log_n, values.size()), values.begin(),
                           [&](const T& sum) { return sum * scale; });
  } else {
    Blocks blocks(log_n, T::kDegree, loop);
    blocks.transposed(words_of(values.data()), log_n, 0);
    const uint64_t scale[2] = {Goldilocks(values.size()).inverse().value(), 0};
    uint64_t* x = words_of(values.data());
    blocks.pieces(T::kDegree * values.size(), [&](size_t begin, size_t end) {
      uint64_t scaled[kWordsAtOnce] = {};
      blocks.kernels().accumulate(scaled, x + begin, end - begin, scale);
      std::copy_n(scaled, end - begin, x + begin);
    });
  }
  std::reverse(values.begin() + 1, values.end());
}

// Block c of the n/M blocks of length M has power sums S_c[i], i < M; exponent kM + i multiplies them by
// x_c^k.
template <class T>
std::vector<T> sparse_power_sums(std::span<const std::pair<uint64_t, T>> terms, int log_n, size_t count, Loop loop) {
  TACIT_CHECK(log_n >= 0 && log_n <= kMaxLogN && count <= size_t{1} << log_n);
  std::vector<std::pair<uint64_t, T>> sorted(terms.begin(), terms.end());
  std::ranges::sort(sorted, {}, [](const auto& term) { return term.first; });
  TACIT_CHECK(sorted.empty() || sorted.back().first >> log_n == 0);
  if (count < size_t{1} << kLogSmallestBlock) return short_power_sums<T>(sorted, log_n, count);

  const int log_m = static_cast<int>(std::bit_width(count)) - 1, log_blocks = log_n - log_m;
  const size_t m = size_t{1} << log_m, words = T::kDegree * m;
  Blocks blocks(log_n, T::kDegree, loop);
  SparseSums<T> sparse(blocks, log_n);
  WorkBuffer<uint64_t> block(words);
  std::vector<T> sums((count + 7) / 8 * 8);
  for (uint64_t c = 0; c < uint64_t{1} << log_blocks; ++c) {
    auto inside = sparse.inside(sorted, log_m, c);
    if (inside.empty()) continue;
    sparse.fill(block.data(), log_m, c, inside);
    uint64_t factor[2] = {1, 0};
    for (size_t first = 0; first < sums.size(); first += m) {
      const size_t n = std::min(words, T::kDegree * (sums.size() - first));
      blocks.pieces(n, [&](size_t begin, size_t end) {
        blocks.kernels().accumulate(words_of(&sums[first]) + begin, block.data() + begin, end - begin,
                                    first == 0 ? nullptr : factor);
      });
      factor[0] = (Goldilocks(factor[0]) * Goldilocks(block_constant(log_blocks, c))).value();
    }
  }
  sums.resize(count);
  return sums;
}

#define TACIT_INSTANTIATE_NTT(T)                                         \
  template void evaluate_bitrev_in_place<T>(std::span<T>, size_t, Loop); \
  template void interpolate_bitrev_in_place<T>(std::span<T>, Loop);      \
  template std::vector<T> sparse_power_sums<T>(std::span<const std::pair<uint64_t, T>>, int, size_t, Loop)

TACIT_INSTANTIATE_NTT(field::Goldilocks);
TACIT_INSTANTIATE_NTT(field::Goldilocks2);
TACIT_INSTANTIATE_NTT(field::Goldilocks3);

}  // namespace tacit::simd
