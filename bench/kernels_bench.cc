// Micro-benchmarks of simd/: ns per unit on one core, minimum of repetitions.
#include <vector>

#include "harness.h"
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

}  // namespace
}  // namespace tacit::bench

int main(int argc, char** argv) {
  tacit::bench::Harness harness(argc > 1 ? argv[1] : "");
  tacit::bench::hashing(harness);
}
