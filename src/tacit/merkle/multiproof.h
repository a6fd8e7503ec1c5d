// Pruned multi-openings of a Merkle tree: many leaves, no digest sent twice, none that can be computed.
//
// A level has w nodes, w a power of two; the leaves are the level of w = n = 2^log_n, the root that of w = 1.
// Node j of the level of w nodes is
//
//   node_w[j] = hash_pair(node_2w[j], node_2w[j + w])
//
// so that leaves which fold onto each other (x and x + n/2) are siblings. Siblings are sent level by level
// from the leaves up, within a level by increasing node index: exactly those that are neither opened nor
// computed from below.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/base/error.h"
#include "tacit/hash/digest.h"

namespace tacit::merkle {

using hash::Digest;

// One step towards the root from a set of nodes.
struct Step {
  std::vector<uint64_t> missing;  // the siblings that the set lacks
  std::vector<uint64_t> parents;  // with the set, `missing` is {j, j + half} for every parent j
};

// `nodes` are strictly increasing indices in a level of 2·half nodes; so are the results in theirs.
Step step_up(uint64_t half, std::span<const uint64_t> nodes);

// The number of sibling digests that an opening of `positions` carries.
// Errors: as of verify for log_n and positions.
Result<size_t> sibling_count(uint32_t log_n, std::span<const uint64_t> positions);

// Checks that `leaves[i]` is leaf `positions[i]` of the tree with this root.
// Errors: kBadParameters (log_n > 62, or no positions), kNonCanonical (positions not strictly increasing or
// not below 2^log_n; index: which one), kTruncated and kTrailingBytes (too few or too many leaves or
// siblings), kMerklePath. Nothing is hashed before the shape is checked. Cost: at most positions · log_n
// compressions.
Status verify(const Digest& root, uint32_t log_n, std::span<const uint64_t> positions, std::span<const Digest> leaves,
              std::span<const Digest> siblings);

}  // namespace tacit::merkle
