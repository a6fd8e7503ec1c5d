// The kernels behind hash_lanes.h and leaf_hasher.h, one table a level. Internal to simd/.
//
// A hash state is the chaining value of one message: 8 words. States are kept in groups of `batch` messages,
// in an order that is each level's own business. Counts are multiples of the batch.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tacit/simd/level.h"

namespace tacit::simd {

// What a compression is told besides chaining value and block.
struct BlockRole {
  uint64_t counter;
  uint32_t block_bytes;
  uint32_t flags;
};

// The first block of every leaf: merkle::leaf_header with the salt of leaf_salt.
struct LeafHeader {
  uint32_t seed[8];
  uint64_t tree_id;
  uint64_t n_words;
};

// "salt" with its length, and "tacitlf1", as words; the salt is BLAKE3 keyed by the seed of 24 bytes.
inline constexpr uint32_t kSaltWords[2] = {4, 0x746c6173};
inline constexpr BlockRole kSaltRole = {0, 24, 1 | 2 | 8 | 16};
inline constexpr uint32_t kLeafWords[2] = {0x69636174, 0x31666c74};

struct HashKernels {
  size_t batch;

  // out[i] = BLAKE3(left[i] ‖ right[i]), digests of 32 bytes.
  void (*hash_pairs)(const uint8_t* left, const uint8_t* right, uint8_t* out, size_t count);
  // The output blocks `first` … of an extended output, 8 words each.
  void (*keystream)(const uint32_t* cv, const uint32_t* block, BlockRole role, uint64_t* out, size_t count);
  // The smallest valid nonce in [begin, begin + count), else begin + count; see simd::grind.
  uint64_t (*grind)(const uint32_t* block, uint64_t mask, uint64_t begin, size_t count);

  // Starts the leaves of rows `first_row` …: states after the header block.
  void (*begin_leaves)(const LeafHeader& header, uint64_t first_row, uint32_t* states, size_t count);
  // Absorbs 64 bytes of each message, the words rows[8i] … rows[8i + 7] for message i. A block that starts a
  // chunk sets the state, whatever it was.
  void (*absorb)(const uint64_t* rows, BlockRole role, uint32_t* states, size_t count);
  // states[i] = parent of left[i] and states[i].
  void (*join)(const uint32_t* left, uint32_t flags, uint32_t* states, size_t count);
  // The states as digests, in order.
  void (*finish)(const uint32_t* states, uint8_t* digests, size_t count);
};

namespace portable {
extern const HashKernels kHashKernels;
}
namespace avx2 {
extern const HashKernels kHashKernels;
}
namespace avx512 {
extern const HashKernels kHashKernels;
}

const HashKernels& hash_kernels(Level level);

}  // namespace tacit::simd
