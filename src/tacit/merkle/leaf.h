// The salted leaf of an oracle row: the digest that commits to one row of an encoded matrix and hides it.
//
//   leaf = BLAKE3(header ‖ words), header = "tacitlf1" ‖ u64 tree id ‖ u64 row index ‖ u64 number of words ‖
//   salt[32]
//
// all integers little-endian, the words canonical field elements. The header fills one 64-byte block, so that
// rows are hashed eight words to the block. A leaf's message is ≥ 72 bytes, a node's is 64: neither passes
// for the other.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "tacit/hash/digest.h"

namespace tacit::merkle {

using hash::Digest;
using Salt = std::array<uint8_t, 32>;

// Which leaf of which tree.
struct LeafAddress {
  uint64_t tree;  // id of the tree, unique within a proof
  uint64_t row;
};

std::array<uint8_t, 64> leaf_header(LeafAddress address, uint64_t n_words, const Salt& salt);

// Requires at least one word.
Digest leaf_digest(LeafAddress address, const Salt& salt, std::span<const uint64_t> words);

}  // namespace tacit::merkle
