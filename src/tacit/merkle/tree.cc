#include "tacit/merkle/tree.h"

#include <bit>

#include "tacit/base/check.h"
#include "tacit/hash/blake3.h"
#include "tacit/merkle/multiproof.h"

namespace tacit::merkle {

void hash_level(std::span<const Digest> lower, std::span<Digest> upper) {
  for (size_t j = 0; j < upper.size(); ++j) upper[j] = hash::hash_pair(lower[j], lower[j + upper.size()]);
}

Tree::Tree(std::vector<Digest> leaves, HashLevel hash_level) : nodes_(std::move(leaves)) {
  size_t n = nodes_.size();
  TACIT_CHECK(std::has_single_bit(n));
  log_n_ = static_cast<uint32_t>(std::countr_zero(n));
  nodes_.resize(2 * n - 1);
  std::span<Digest> rest(nodes_);
  for (size_t half = n / 2; half != 0; half /= 2) {
    hash_level(rest.first(2 * half), rest.subspan(2 * half, half));
    rest = rest.subspan(2 * half);
  }
}

std::vector<Digest> Tree::open(std::span<const uint64_t> positions) const {
  std::vector<Digest> siblings;
  std::vector<uint64_t> nodes(positions.begin(), positions.end());
  std::span<const Digest> rest(nodes_);
  for (size_t half = (size_t{1} << log_n_) / 2; half != 0; half /= 2) {
    Step step = step_up(half, nodes);
    for (uint64_t node : step.missing) siblings.push_back(rest[node]);
    nodes = std::move(step.parents);
    rest = rest.subspan(2 * half);
  }
  return siblings;
}

}  // namespace tacit::merkle
