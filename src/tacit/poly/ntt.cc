#include "tacit/poly/ntt.h"

#include <algorithm>
#include <array>
#include <bit>
#include <mutex>

#include "tacit/base/check.h"

namespace tacit::poly {
namespace {

// c_b for b < 2^log_count, see ntt.h. Bits of b contribute factors: c_{2^k + b} = c_{2^k} c_b for b < 2^k.
template <class F>
const F* twiddles(int log_count) {
  static std::array<std::once_flag, F::kTwoAdicity> made;
  static std::array<std::vector<F>, F::kTwoAdicity> tables;
  TACIT_CHECK(log_count >= 0 && log_count < F::kTwoAdicity);
  std::call_once(made[log_count], [&] {
    std::vector<F>& table = tables[log_count];
    table.resize(size_t{1} << log_count);
    table[0] = F::one();
    for (int k = 0; k < log_count; ++k) {
      F root = F::root_of_unity(k + 2);
      for (size_t b = 0; b < size_t{1} << k; ++b) table[(size_t{1} << k) + b] = table[b] * root;
    }
  });
  return tables[log_count].data();
}

// 1/c_b = −c_{b'}: b' flips the bits of b below its highest one.
template <class F>
F inverse_twiddle(const F* table, size_t b) {
  return b == 0 ? F::one() : -table[b ^ (std::bit_floor(b) - 1)];
}

template <class T>
int checked_log(std::span<T> values) {
  TACIT_CHECK(std::has_single_bit(values.size()));
  int log_n = std::countr_zero(values.size());
  TACIT_CHECK(log_n <= T::Base::kTwoAdicity);
  return log_n;
}

}  // namespace

template <field::Field T>
void evaluate_bitrev_in_place(std::span<T> values, size_t n_coefficients) {
  int log_n = checked_log(values);
  TACIT_CHECK(n_coefficients <= values.size());
  std::fill(values.begin() + n_coefficients, values.end(), T::zero());
  if (log_n == 0) return;
  const auto* table = twiddles<typename T::Base>(log_n - 1);
  for (size_t half = values.size() / 2, n_blocks = 1; half > 0; half /= 2, n_blocks *= 2) {
    for (size_t b = 0; b < n_blocks; ++b) {
      T* low = values.data() + 2 * b * half;
      T* high = low + half;
      if (half >= n_coefficients) {  // the high part is zero
        std::copy(low, low + n_coefficients, high);
        continue;
      }
      const auto c = table[b];
      for (size_t i = 0; i < half; ++i) {
        T u = low[i], v = high[i] * c;
        low[i] = u + v;
        high[i] = u - v;
      }
    }
  }
}

template <field::Field T>
void interpolate_bitrev_in_place(std::span<T> values) {
  using F = typename T::Base;
  int log_n = checked_log(values);
  if (log_n == 0) return;
  const F* table = twiddles<F>(log_n - 1);
  for (size_t half = 1, n_blocks = values.size() / 2; n_blocks > 0; half *= 2, n_blocks /= 2) {
    for (size_t b = 0; b < n_blocks; ++b) {
      T* low = values.data() + 2 * b * half;
      T* high = low + half;
      const F c = inverse_twiddle(table, b);
      for (size_t i = 0; i < half; ++i) {
        T u = low[i], v = high[i];
        low[i] = u + v;
        high[i] = (u - v) * c;
      }
    }
  }
  F scale = F(values.size()).inverse();
  for (T& v : values) v *= scale;
}

template <field::Field T>
std::vector<T> evaluate_bitrev(std::span<const T> coefficients, int log_n) {
  TACIT_CHECK(log_n >= 0 && log_n <= T::Base::kTwoAdicity && coefficients.size() <= size_t{1} << log_n);
  std::vector<T> values(size_t{1} << log_n);
  std::copy(coefficients.begin(), coefficients.end(), values.begin());
  evaluate_bitrev_in_place<T>(values, coefficients.size());
  return values;
}

template <field::Field T>
std::vector<T> interpolate_bitrev(std::span<const T> evaluations) {
  std::vector<T> values(evaluations.begin(), evaluations.end());
  interpolate_bitrev_in_place<T>(values);
  return values;
}

// The stages of evaluation in reverse, each butterfly (u + c v, u − c v) transposed to (u + v, c (u − v)).
template <field::Field T>
std::vector<T> sparse_power_sums(std::span<const std::pair<uint64_t, T>> terms, int log_n, size_t count) {
  TACIT_CHECK(log_n >= 0 && log_n <= T::Base::kTwoAdicity && count <= size_t{1} << log_n);
  std::vector<T> values(size_t{1} << log_n);
  std::vector<uint64_t> blocks;  // those that hold a position, ascending
  for (const auto& [position, weight] : terms) {
    TACIT_CHECK(position < values.size());
    values[position] += weight;
    blocks.push_back(position);
  }
  std::sort(blocks.begin(), blocks.end());
  const auto* table = log_n == 0 ? nullptr : twiddles<typename T::Base>(log_n - 1);
  for (size_t half = 1; half < values.size(); half *= 2) {
    for (uint64_t& b : blocks) b /= 2;
    blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
    for (uint64_t b : blocks) {
      T* low = values.data() + 2 * b * half;
      T* high = low + half;
      const auto c = table[b];
      size_t n_sums = std::min(half, count), n_differences = std::min(half, count - n_sums);
      for (size_t i = 0; i < n_differences; ++i) {
        T u = low[i], v = high[i];
        low[i] = u + v;
        high[i] = (u - v) * c;
      }
      for (size_t i = n_differences; i < n_sums; ++i) low[i] += high[i];
    }
  }
  values.resize(count);
  return values;
}

#define TACIT_INSTANTIATE_NTT(T)                                       \
  template void evaluate_bitrev_in_place<T>(std::span<T>, size_t);     \
  template void interpolate_bitrev_in_place<T>(std::span<T>);          \
  template std::vector<T> evaluate_bitrev<T>(std::span<const T>, int); \
  template std::vector<T> interpolate_bitrev<T>(std::span<const T>);   \
  template std::vector<T> sparse_power_sums<T>(std::span<const std::pair<uint64_t, T>>, int, size_t)

TACIT_INSTANTIATE_NTT(field::Goldilocks);
TACIT_INSTANTIATE_NTT(field::Goldilocks2);
TACIT_INSTANTIATE_NTT(field::Goldilocks3);
TACIT_INSTANTIATE_NTT(field::Toy);
TACIT_INSTANTIATE_NTT(field::Toy2);

}  // namespace tacit::poly
