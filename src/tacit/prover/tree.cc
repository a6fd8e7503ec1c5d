#include "tacit/prover/tree.h"

#include <algorithm>

#include "tacit/merkle/multiproof.h"
#include "tacit/parallel/parallel.h"
#include "tacit/simd/hash_lanes.h"

namespace tacit::prover {
namespace {

void hash_level(std::span<const hash::Digest> lower, std::span<hash::Digest> upper) {
  constexpr size_t kGrain = 1 << 12, kPairs = 1 << 8;
  if (upper.size() <= kGrain) return simd::hash_pairs(lower, upper);
  // Node j needs j and j + half: a piece of the upper level is not a level of its own, so pairs are copied together.
  parallel::parallel_for(0, upper.size(), kGrain, [&](size_t first, size_t last) {
    hash::Digest pairs[2 * kPairs];
    for (size_t j = first; j < last; j += kPairs) {
      std::copy_n(lower.begin() + static_cast<long>(j), kPairs, pairs);
      std::copy_n(lower.begin() + static_cast<long>(upper.size() + j), kPairs, pairs + kPairs);
      simd::hash_pairs(pairs, upper.subspan(j, kPairs));
    }
  });
}

}  // namespace

void hash_tree(std::span<hash::Digest> nodes) {
  for (size_t half = (nodes.size() + 1) / 4; half != 0; half /= 2) {
    hash_level(nodes.first(2 * half), nodes.subspan(2 * half, half));
    nodes = nodes.subspan(2 * half);
  }
}

std::vector<hash::Digest> tree_siblings(std::span<const hash::Digest> nodes, std::span<const uint64_t> positions) {
  std::vector<hash::Digest> siblings;
  std::vector<uint64_t> level(positions.begin(), positions.end());
  for (size_t half = (nodes.size() + 1) / 4; half != 0; half /= 2) {
    merkle::Step step = merkle::step_up(half, level);
    for (uint64_t node : step.missing) siblings.push_back(nodes[node]);
    level = std::move(step.parents);
    nodes = nodes.subspan(2 * half);
  }
  return siblings;
}

}  // namespace tacit::prover
