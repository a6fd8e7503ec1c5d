// BLAKE3 many times at once: independent compressions side by side in the lanes of a vector.
//
// hash_pairs is a level of a Merkle tree, keystream and Keystream the stream of hash::Prg, grind the search
// for a proof of work, LeafHasher the salted leaves of an oracle's rows. The functions of hash/, merkle/ and
// transcript/ that they replace define their results. Constant-time in the data, but for grind. Thread-safe
// where objects are not shared.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tacit/hash/blake3.h"
#include "tacit/hash/prg.h"
#include "tacit/simd/loop.h"

namespace tacit::simd {

// upper[j] = hash_pair(lower[j], lower[j + upper.size()]) for every j. Requires lower.size() = 2 ·
// upper.size(). A merkle::HashLevel.
void hash_pairs(std::span<const hash::Digest> lower, std::span<hash::Digest> upper);

// Words of the extended output: out[i] is word i mod 8 of xof.words(first_block + i / 8).
void keystream(const hash::Xof& xof, uint64_t first_block, std::span<uint64_t> out);

// The words of hash::Prg(seed, label), in bulk.
class Keystream {
 public:
  Keystream(const hash::Seed& seed, std::string_view label);

  // The next out.size() words of the stream.
  void fill(std::span<uint64_t> out);
  // Fills `out` with words below the modulus of Goldilocks, uniform and in the order of the stream: what
  // field::sample makes of it. Words that are not below it are dropped.
  void fill_canonical(std::span<uint64_t> out);
  // Continues from word `index` of the stream, so that threads can share one.
  void seek(uint64_t index) { next_ = index; }

 private:
  Secret<hash::Xof> xof_;
  uint64_t next_ = 0;  // index of the next word
};

// The smallest nonce for which the `bits` lowest bits of the first little-endian word of
// BLAKE3(block with the nonce in words 14, low half, and 15) are zero. Requires bits ≤ 40. Cost: 2^bits
// compressions on average.
uint64_t grind(const hash::BlockWords& block, uint32_t bits, Loop loop = serial);

// The salt of row `row` of tree `tree_id`: hash::Prg::derive(seed, "salt", {tree_id, row}).
std::array<uint8_t, 32> leaf_salt(const hash::Seed& seed, uint64_t tree_id, uint64_t row);

}  // namespace tacit::simd
