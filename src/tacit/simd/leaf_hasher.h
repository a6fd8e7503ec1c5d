// LeafHasher: the salted leaves of a run of rows, eight words of each row at a time.
//
// The message of a leaf is a header block (merkle/leaf.h, salt of leaf_salt) and one 64-byte block for every
// eight words, the last perhaps shorter. The hash cuts it into chunks of 16 blocks and joins these in a tree;
// of every row only the chaining value of the current chunk and those of the complete subtrees to its left
// are kept: 32 bytes each. Result: merkle::leaf_digest of every row.
//
// absorb may be called from several threads for disjoint rows; the other functions belong to one.
#pragma once

#include <cstdint>
#include <vector>

#include "tacit/hash/prg.h"
#include "tacit/simd/hash_kernels.h"
#include "tacit/simd/work_buffer.h"

namespace tacit::simd {

class LeafHasher {
 public:
  // Rows [first_row, first_row + n_rows) of tree `tree_id`. Requires n_rows a multiple of 32, 1 ≤ n_words.
  LeafHasher(const hash::Seed& salt_seed, uint64_t tree_id, uint64_t first_row, size_t n_rows, size_t n_words);

  // Absorbs words [8g, 8g + 8) of `count` rows from row `first` of the run, g being the number of calls of
  // end_group so far; words that a row doesn't have are zero. `first` and `count` are multiples of 32.
  void absorb(const uint64_t* rows, size_t first, size_t count);
  // Every row has absorbed its words of the current group.
  void end_group();

  // Requires that all groups have ended.
  void finish(hash::Digest* digests) const;

 private:
  BlockRole role() const;
  bool is_last() const { return group_ + 1 == n_groups_; }

  const HashKernels& kernels_;
  size_t n_rows_, n_words_, n_groups_;
  size_t group_ = 0;
  WorkBuffer<uint32_t> states_;
  std::vector<WorkBuffer<uint32_t>> stack_;  // complete subtrees, largest first
};

}  // namespace tacit::simd
