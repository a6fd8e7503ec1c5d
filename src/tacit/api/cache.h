// NAME.cache: the commitment of an epoch's weights, so that a proof needn't compute it anew. Private, rebuilt at any time.
//
//   file = "tacit cache  v1\n" ‖ model (32) ‖ log₂ n u32 ‖ limbs u32 ‖ rows kept u32 ‖ root (32) ‖ tag (32), zeros to 4096
//          ‖ nodes of the tree, leaves first: 32·(2n − 1), zeros to a page ‖ the codeword, row by row: 8·n·limbs, if kept
//
// model = the checksum of NAME.tacit; tag = BLAKE3(key ‖ what stands before it), the key derived from the epoch's seed: so
// a cache of another model, epoch or seed, or with a changed root, is not taken. Nodes and rows are not covered: the
// prover checks every row that it opens against the root, and computes the commitment anew when one fails
// (prover/matrix.h). The seed is not in the file. The codeword is as sensitive as the weights, and its rows together with
// receipts are as sensitive as the ledger's count (docs/zero_knowledge.md): mode 0600, never exported.
//
// The file is mapped: what is not touched is not read.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tacit/api/files.h"
#include "tacit/hash/prg.h"
#include "tacit/prover/matrix.h"

namespace tacit::api {

// Codewords are kept in the file up to this size and an eighth of what is free on the disk: opening a row is then a read,
// else it is computed from the cells. Writing 3 GB takes longer than what it saves in ten proofs.
inline constexpr uint64_t kCachedCodeword = uint64_t{512} << 20;

// What a cache belongs to.
struct CacheKey {
  hash::Digest model;
  const hash::Seed& seed;  // of the epoch's weights
  uint32_t log_domain = 0;
  uint32_t limbs = 0;
};

// The commitment in a file; nothing when there is none that fits.
std::optional<prover::Stored> read_cache(const std::string& path, const CacheKey& key);

// A file NAME.cache.next with space for a commitment, locked; gone again unless it is kept.
class NewCache {
 public:
  // Nothing when the file can't be made, or another process is making one: then there is no cache.
  static std::optional<NewCache> create(const std::string& path, const CacheKey& key);
  NewCache(NewCache&&) = default;
  ~NewCache();

  // To be filled by the commitment.
  const prover::Stored& space() const { return space_; }
  // Completes the file and gives it its name.
  void keep(const hash::Digest& root);

 private:
  NewCache() = default;
  std::unique_ptr<Descriptor> file_;  // locked; none: kept
  std::string path_;
  prover::Stored space_;
  uint8_t* header_ = nullptr;
  Bytes start_;  // of the header, up to the root
  Secret<std::array<uint8_t, 32>> tag_key_;
};

}  // namespace tacit::api
