// BLAKE3, portable: the oracle for every other implementation of the hash in this project.
//
// A message is cut into chunks of 1024 bytes, a chunk into blocks of 64. `compress` chains the blocks of a
// chunk; the chaining values of the chunks are the leaves of a binary tree whose left subtrees are complete,
// and a parent is the compression of its children's 16 words. The last compression (the root) carries a flag
// of its own and, with its counter as output block index, gives as many bytes as one asks for. Source:
// "BLAKE3: one function, fast everywhere" (O'Connor, Aumasson, Neves, Wilcox-O'Hearn).
//
// Constant-time in the data. Objects are not shared between threads.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "tacit/base/bytes.h"
#include "tacit/hash/digest.h"

namespace tacit::hash {

using ChainingValue = std::array<uint32_t, 8>;
using BlockWords = std::array<uint32_t, 16>;  // one 64-byte block, little-endian words

inline constexpr size_t kBlockBytes = 64;
inline constexpr size_t kChunkBytes = 1024;

// The chaining value of the unkeyed mode (the initial value of SHA-256).
inline constexpr ChainingValue kIv = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

// Domain flags of a compression.
inline constexpr uint32_t kChunkStart = 1;
inline constexpr uint32_t kChunkEnd = 2;
inline constexpr uint32_t kParent = 4;
inline constexpr uint32_t kRoot = 8;
inline constexpr uint32_t kKeyedHash = 16;
inline constexpr uint32_t kDeriveKeyContext = 32;
inline constexpr uint32_t kDeriveKeyMaterial = 64;
// A message of at most one block, hashed in the unkeyed mode.
inline constexpr uint32_t kSingleBlock = kChunkStart | kChunkEnd | kRoot;

// Order of the message words in round r: kSchedule[r][2i], kSchedule[r][2i+1] go into the i-th mixing step.
inline constexpr std::array<std::array<uint8_t, 16>, 7> kSchedule = [] {
  constexpr std::array<uint8_t, 16> permutation = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};
  std::array<std::array<uint8_t, 16>, 7> schedule{};
  for (uint8_t i = 0; i < 16; ++i) schedule[0][i] = i;
  for (size_t r = 1; r < 7; ++r)
    for (size_t i = 0; i < 16; ++i) schedule[r][i] = schedule[r - 1][permutation[i]];
  return schedule;
}();

BlockWords load_block(const std::array<uint8_t, kBlockBytes>& bytes);

// The compression function. Words 0–7 of the result are the next chaining value; a root's output block is
// all 16.
BlockWords compress(const ChainingValue& cv, const BlockWords& block, uint64_t counter, uint32_t block_bytes,
                    uint32_t flags);

// A finished hash before its last compression: an unbounded stream of 64-byte output blocks.
struct Xof {
  ChainingValue cv;
  BlockWords block;
  uint32_t block_bytes;
  uint32_t flags;  // with kRoot

  // Output bytes [64·index, 64·index + 64). One compression.
  BlockWords output(uint64_t index) const { return compress(cv, block, index, block_bytes, flags); }
  // The same bytes as 64-bit little-endian words.
  std::array<uint64_t, 8> words(uint64_t index) const;
};

// The incremental hasher, in one of the three modes of BLAKE3.
class Blake3 {
 public:
  Blake3() : Blake3(kIv, 0) {}
  static Blake3 keyed_hash(const std::array<uint8_t, 32>& key);
  // `context` is a hard-coded, globally unique string; the key material is what is then fed to update().
  static Blake3 derive_key(std::string_view context);

  Blake3& update(ByteView data);

  // Neither ends the hash: more data may follow.
  Digest finalize() const;
  // Output bytes [offset, offset + out.size()); the first 32 from offset 0 are the digest.
  void finalize_xof(uint64_t offset, std::span<uint8_t> out) const;
  Xof xof() const;

  // Overwrites the state; for hashers that saw a secret. The object is dead afterwards.
  void wipe();

 private:
  Blake3(const ChainingValue& key, uint32_t flags) : key_(key), flags_(flags), cv_(key) {}
  void flush_block();
  void push_chunk(ChainingValue cv);
  uint32_t start_flag() const { return blocks_ == 0 ? kChunkStart : 0; }

  ChainingValue key_;
  uint32_t flags_;
  ChainingValue cv_;  // of the current chunk
  uint64_t chunk_ = 0;
  uint32_t blocks_ = 0;  // compressed in the current chunk
  uint32_t block_bytes_ = 0;
  uint32_t stack_size_ = 0;
  // The last block is held back until more data comes, because the end of a message is marked on it.
  alignas(16) std::array<uint8_t, kBlockBytes> block_;
  // Roots of the complete subtrees to the left of the current chunk, largest first: 2^54 chunks are 2^64
  // bytes. Left uninitialised on purpose: short messages never touch it.
  std::array<ChainingValue, 54> stack_;
};

// The hash of a whole message.
Digest blake3(ByteView data);

// BLAKE3 of the 64 concatenated bytes: one compression.
Digest hash_pair(const Digest& left, const Digest& right);

// BLAKE3 of a message of exactly one block, given as words: one compression.
Digest hash_block(const BlockWords& block);

}  // namespace tacit::hash
