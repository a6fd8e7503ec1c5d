// The portable hash kernels: one message after the other with hash::compress. The oracle for the others.
#include <algorithm>

#include "tacit/hash/blake3.h"
#include "tacit/hash/little_endian.h"
#include "tacit/simd/hash_kernels.h"

namespace tacit::simd::portable {
namespace {

using hash::BlockWords;
using hash::ChainingValue;

ChainingValue load_cv(const uint32_t* state) {
  ChainingValue cv;
  std::copy_n(state, 8, cv.begin());
  return cv;
}

void compress_into(const ChainingValue& cv, const BlockWords& block, BlockRole role, uint32_t* state) {
  BlockWords out = hash::compress(cv, block, role.counter, role.block_bytes, role.flags);
  std::copy_n(out.begin(), 8, state);
}

BlockWords join_block(const uint32_t* left, const uint32_t* right) {
  BlockWords block;
  std::copy_n(left, 8, block.begin());
  std::copy_n(right, 8, block.begin() + 8);
  return block;
}

void store_digest(const uint32_t* state, uint8_t* digest) {
  for (size_t i = 0; i < 8; ++i) hash::store32(digest + 4 * i, state[i]);
}

void load_digest(const uint8_t* digest, uint32_t* state) {
  for (size_t i = 0; i < 8; ++i) state[i] = hash::load32(digest + 4 * i);
}

void hash_pairs(const uint8_t* left, const uint8_t* right, uint8_t* out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t l[8], r[8];
    load_digest(left + 32 * i, l);
    load_digest(right + 32 * i, r);
    compress_into(hash::kIv, join_block(l, r), {0, hash::kBlockBytes, hash::kSingleBlock}, l);
    store_digest(l, out + 32 * i);
  }
}

void keystream(const uint32_t* cv, const uint32_t* block, BlockRole role, uint64_t* out, size_t count) {
  hash::Xof xof{load_cv(cv), join_block(block, block + 8), role.block_bytes, role.flags};
  for (size_t i = 0; i < count; ++i) std::ranges::copy(xof.words(role.counter + i), out + 8 * i);
}

uint64_t grind(const uint32_t* block, uint64_t mask, uint64_t begin, size_t count) {
  BlockWords message = join_block(block, block + 8);
  for (uint64_t nonce = begin; nonce < begin + count; ++nonce) {
    message[14] = static_cast<uint32_t>(nonce);
    message[15] = static_cast<uint32_t>(nonce >> 32);
    BlockWords out = hash::compress(hash::kIv, message, 0, hash::kBlockBytes, hash::kSingleBlock);
    if (((out[0] | static_cast<uint64_t>(out[1]) << 32) & mask) == 0) return nonce;
  }
  return begin + count;
}

void put64(BlockWords& block, size_t at, uint64_t word) {
  block[at] = static_cast<uint32_t>(word);
  block[at + 1] = static_cast<uint32_t>(word >> 32);
}

void begin_leaves(const LeafHeader& header, uint64_t first_row, uint32_t* states, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint32_t* state = states + 8 * i;
    BlockWords block{kSaltWords[0], kSaltWords[1]};
    put64(block, 2, header.tree_id);
    put64(block, 4, first_row + i);
    compress_into(load_cv(header.seed), block, kSaltRole, state);
    BlockWords leaf{kLeafWords[0], kLeafWords[1]};
    put64(leaf, 2, header.tree_id);
    put64(leaf, 4, first_row + i);
    put64(leaf, 6, header.n_words);
    std::copy_n(state, 8, leaf.begin() + 8);
    compress_into(hash::kIv, leaf, {0, hash::kBlockBytes, hash::kChunkStart}, state);
  }
}

void absorb(const uint64_t* rows, BlockRole role, uint32_t* states, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    BlockWords block;
    for (size_t w = 0; w < 8; ++w) put64(block, 2 * w, rows[8 * i + w]);
    uint32_t* state = states + 8 * i;
    compress_into(role.flags & hash::kChunkStart ? hash::kIv : load_cv(state), block, role, state);
  }
}

void join(const uint32_t* left, uint32_t flags, uint32_t* states, size_t count) {
  for (size_t i = 0; i < 8 * count; i += 8)
    compress_into(hash::kIv, join_block(left + i, states + i), {0, hash::kBlockBytes, hash::kParent | flags},
                  states + i);
}

void finish(const uint32_t* states, uint8_t* digests, size_t count) {
  for (size_t i = 0; i < count; ++i) store_digest(states + 8 * i, digests + 32 * i);
}

}  // namespace

const HashKernels kHashKernels = {1, hash_pairs, keystream, grind, begin_leaves, absorb, join, finish};

}  // namespace tacit::simd::portable
