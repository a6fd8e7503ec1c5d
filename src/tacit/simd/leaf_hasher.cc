#include "tacit/simd/leaf_hasher.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/hash/little_endian.h"

namespace tacit::simd {
namespace {

constexpr size_t kChunkBlocks = hash::kChunkBytes / hash::kBlockBytes;

}  // namespace

LeafHasher::LeafHasher(const hash::Seed& salt_seed, uint64_t tree_id, uint64_t first_row, size_t n_rows, size_t n_words)
    : kernels_(hash_kernels(active_level())),
      n_rows_(n_rows),
      n_words_(n_words),
      n_groups_((n_words + 7) / 8),
      states_(8 * n_rows) {
  TACIT_CHECK(n_rows % 32 == 0 && n_words > 0);
  Secret<LeafHeader> header;
  for (size_t i = 0; i < 8; ++i) header.expose().seed[i] = hash::load32(&salt_seed.expose()[4 * i]);
  header.expose().tree_id = tree_id;
  header.expose().n_words = n_words;
  kernels_.begin_leaves(header.expose(), first_row, states_.data(), n_rows);
}

// Block 0 of the message is the header, group g is block g + 1.
BlockRole LeafHasher::role() const {
  size_t block = group_ + 1, chunk = block / kChunkBlocks, position = block % kChunkBlocks;
  size_t words = is_last() ? n_words_ - 8 * group_ : 8;
  uint32_t flags = 0;
  if (position == 0) flags |= hash::kChunkStart;
  if (position == kChunkBlocks - 1 || is_last()) flags |= hash::kChunkEnd;
  if (is_last() && chunk == 0) flags |= hash::kRoot;
  return {chunk, static_cast<uint32_t>(8 * words), flags};
}

void LeafHasher::absorb(const uint64_t* rows, size_t first, size_t count) {
  TACIT_CHECK(group_ < n_groups_);
  kernels_.absorb(rows, role(), states_.data() + 8 * first, count);
}

// As Blake3::push_chunk and, after the last chunk, Blake3::xof.
void LeafHasher::end_group() {
  const size_t block = group_ + 1, chunk = block / kChunkBlocks;
  const bool last = is_last();
  ++group_;
  auto join_top = [&](uint32_t flags) {
    kernels_.join(stack_.back().data(), flags, states_.data(), n_rows_);
    stack_.pop_back();
  };
  if (last) {
    while (!stack_.empty()) join_top(stack_.size() == 1 ? hash::kRoot : 0);
  } else if (block % kChunkBlocks == kChunkBlocks - 1) {
    for (size_t count = chunk + 1; count % 2 == 0; count /= 2) join_top(0);
    stack_.emplace_back(8 * n_rows_);
    std::copy_n(states_.data(), 8 * n_rows_, stack_.back().data());
  }
}

void LeafHasher::finish(hash::Digest* digests) const {
  TACIT_CHECK(group_ == n_groups_);
  kernels_.finish(states_.data(), digests->bytes.data(), n_rows_);
}

}  // namespace tacit::simd
