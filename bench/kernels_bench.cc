// Micro-benchmarks of simd/: ns per unit on one core, minimum of repetitions.
#include <vector>

#include "harness.h"
#include "tacit/simd/encode.h"
#include "tacit/simd/hash_lanes.h"

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
  std::vector<uint64_t> words(n_coefficients * n_columns, 0x123456789abcdef);
  std::vector<const uint64_t*> columns;
  for (size_t c = 0; c < n_columns; ++c) columns.push_back(words.data() + c * n_coefficients);
  simd::Columns view{log_rows, log_rows + log_inverse_rate, columns, n_coefficients};
  std::vector<hash::Digest> leaves(rows << log_inverse_rate);
  const hash::Seed seed;
  const double cells = static_cast<double>(rows * n_columns);
  const std::string shape = " 2^" + std::to_string(log_rows) + " x " + std::to_string(n_columns) +
                            ", rate 1/" + std::to_string(1 << log_inverse_rate);
  harness.measure("encode/hash" + shape, "cell", cells, [&] {
    simd::encode_and_hash(view, {1, seed}, leaves.data(), nullptr);
  });
  std::vector<uint64_t> positions, some(130 * n_columns);
  for (size_t i = 0; i < 130; ++i) positions.push_back((leaves.size() - 1) / 130 * i);
  harness.measure("encode/130 rows" + shape, "cell", cells,
                  [&] { simd::evaluate_rows(view, positions, some.data()); });
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
}
