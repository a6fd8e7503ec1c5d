// The prover's Merkle tree: all levels in memory, 64 bytes a leaf. The pairing and the order of siblings are
// those of multiproof.h. Immutable once built; may be read from many threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/hash/digest.h"

namespace tacit::merkle {

using hash::Digest;

// upper[j] = hash_pair(lower[j], lower[j + upper.size()]) for every j; lower.size() = 2 · upper.size().
void hash_level(std::span<const Digest> lower, std::span<Digest> upper);
using HashLevel = void (*)(std::span<const Digest> lower, std::span<Digest> upper);

class Tree {
 public:
  // Requires a power of two of leaves. `hash_level` may be a faster function with the same result.
  explicit Tree(std::vector<Digest> leaves, HashLevel hash_level = merkle::hash_level);

  uint32_t log_n() const { return log_n_; }
  const Digest& root() const { return nodes_.back(); }
  // The siblings for merkle::verify, in its order. Requires positions strictly increasing and below 2^log_n.
  std::vector<Digest> open(std::span<const uint64_t> positions) const;

 private:
  uint32_t log_n_;
  std::vector<Digest> nodes_;  // level after level, leaves first
};

}  // namespace tacit::merkle
