// The nodes of a Merkle tree (merkle/multiproof.h has the pairing and the order of siblings), made by the vector kernels
// in memory that is touched once.
//
// Level after level, leaves first: 2n − 1 digests. They may also lie in a file that is mapped.
#pragma once

#include <span>
#include <vector>

#include "tacit/hash/digest.h"

namespace tacit::prover {

// Fills all levels above the leaves. Requires nodes.size() = 2n − 1 with n a power of two of leaves in front.
void hash_tree(std::span<hash::Digest> nodes);

// The siblings for merkle::verify, in its order. Requires positions strictly increasing and below n.
std::vector<hash::Digest> tree_siblings(std::span<const hash::Digest> nodes, std::span<const uint64_t> positions);

}  // namespace tacit::prover
