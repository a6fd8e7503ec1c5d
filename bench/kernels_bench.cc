// Micro-benchmarks of simd/: ns per unit on one core, minimum of repetitions.
#include <vector>

#include "harness.h"
#include "tacit/simd/encode.h"
#include "tacit/simd/hash_lanes.h"
#include "tacit/simd/ntt.h"
#include "tacit/simd/vectors.h"
#include "tacit/simd/work_buffer.h"

namespace tacit::bench {
namespace {

void hashing(const Harness& harness) {
  std::vector<hash::Digest> lower(1 << 13), upper(1 << 12);
  harness.measure("hash/pairs", "node", upper.size(), [&] { simd::hash_pairs(lower, upper); });
  simd::Keystream stream(hash::Seed(), "bench");
  std::vector<uint64_t> words(1 << 14);
  harness.measure("hash/keystream", "word", words.size(), [&] { stream.fill(words); });
  harness.measure("hash/grind 16 bits", "nonce", simd::grind({}, 16) + 1.0, [&] { simd::grind({}, 16); });
}

void encoding(const Harness& harness, uint32_t log_rows, uint32_t log_inverse_rate, size_t n_columns) {
  const size_t rows = size_t{1} << log_rows, n_coefficients = rows + rows / 8;
  simd::WorkBuffer<uint64_t> words(n_coefficients * n_columns);
  std::fill_n(words.data(), n_coefficients * n_columns, 0x123456789abcdef);
  std::vector<simd::Column> columns;
  for (size_t c = 0; c < n_columns; ++c) columns.push_back({words.data() + c * n_coefficients, n_coefficients});
  simd::Columns view{log_rows, log_rows + log_inverse_rate, columns};
  std::vector<hash::Digest> leaves(rows << log_inverse_rate);
  const hash::Seed seed;
  const double cells = static_cast<double>(rows * n_columns);
  const std::string shape = " 2^" + std::to_string(log_rows) + " x " + std::to_string(n_columns) + ", rate 1/" +
                            std::to_string(1 << log_inverse_rate);
  harness.measure("encode/hash" + shape, "cell", cells, [&] {
    simd::encode_and_hash(view, {1, seed}, leaves.data(), nullptr);
  });
  std::vector<uint64_t> positions, some(130 * n_columns);
  for (size_t i = 0; i < 130; ++i) positions.push_back((leaves.size() - 1) / 130 * i);
  harness.measure("encode/130 rows" + shape, "cell", cells, [&] { simd::evaluate_rows(view, positions, some.data()); });
}

template <class T>
void transforms(const Harness& harness, int log_n) {
  const std::string shape = " degree " + std::to_string(T::kDegree) + ", 2^" + std::to_string(log_n);
  const size_t n = size_t{1} << log_n;
  std::vector<T> values(n, T::one());
  harness.measure("ntt/evaluate" + shape + ", full", "output", n,
                  [&] { simd::evaluate_bitrev_in_place<T>(values, n); });
  harness.measure("ntt/evaluate" + shape + ", a quarter", "output", n,
                  [&] { simd::evaluate_bitrev_in_place<T>(values, n / 4); });
  std::vector<std::pair<uint64_t, T>> terms;
  for (size_t i = 0; i < 130; ++i) terms.emplace_back(i * (n / 130), T::one());
  harness.measure("ntt/130 power sums" + shape + ", a quarter", "output", n / 4,
                  [&] { simd::sparse_power_sums<T>(terms, log_n, n / 4); });
}

template <class E>
void vectors(const Harness& harness) {
  const std::string degree = ", degree " + std::to_string(E::kDegree);
  const size_t n = 1 << 12;
  const E r = E(field::Goldilocks(0x123456789abcdef)).inverse();
  std::vector<E> a(n, r), c(n, r * r);
  std::vector<field::Goldilocks> base(n, field::Goldilocks(7));
  harness.measure("vectors/fold" + degree, "output", n / 2, [&] { simd::fold<E>(a, r); });
  harness.measure("vectors/product message" + degree, "pair", n / 2, [&] { simd::product_message<E>(a, c); });
  harness.measure("vectors/fold and message" + degree, "4-tuple", n / 4, [&] { simd::fold_and_message<E>(a, c, r); });
  harness.measure("vectors/add scaled" + degree, "element", n,
                  [&] { simd::add_scaled<E>(a, r, std::span<const E>(c)); });
  harness.measure("vectors/add scaled, base" + degree, "element", n,
                  [&] { simd::add_scaled<E>(a, r, std::span<const field::Goldilocks>(base)); });
  harness.measure("vectors/dot" + degree, "element", n, [&] { simd::dot<E>(std::span<const E>(a), c); });
  harness.measure("vectors/dot, base" + degree, "element", n,
                  [&] { simd::dot<E>(std::span<const field::Goldilocks>(base), c); });
  std::vector<E> point(12, r);
  harness.measure("vectors/eq table" + degree, "element", n, [&] { simd::expand_eq<E>(point, r, a); });
}

}  // namespace
}  // namespace tacit::bench

int main(int argc, char** argv) {
  tacit::bench::Harness harness(argc > 1 ? argv[1] : "");
  tacit::bench::hashing(harness);
  tacit::bench::encoding(harness, 13, 1, 64);
  tacit::bench::encoding(harness, 14, 1, 64);
  tacit::bench::encoding(harness, 16, 1, 64);
  tacit::bench::encoding(harness, 16, 2, 64);
  tacit::bench::vectors<tacit::field::Goldilocks2>(harness);
  tacit::bench::vectors<tacit::field::Goldilocks3>(harness);
  tacit::bench::transforms<tacit::field::Goldilocks>(harness, 18);
  tacit::bench::transforms<tacit::field::Goldilocks2>(harness, 18);
  tacit::bench::transforms<tacit::field::Goldilocks3>(harness, 17);
}
