#include "tacit/merkle/leaf.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/hash/blake3.h"
#include "tacit/hash/little_endian.h"

namespace tacit::merkle {

std::array<uint8_t, 64> leaf_header(LeafAddress address, uint64_t n_words, const Salt& salt) {
  std::array<uint8_t, 64> header;
  std::ranges::copy(as_bytes("tacitlf1"), header.begin());
  hash::store64(&header[8], address.tree);
  hash::store64(&header[16], address.row);
  hash::store64(&header[24], n_words);
  std::ranges::copy(salt, header.begin() + 32);
  return header;
}

Digest leaf_digest(LeafAddress address, const Salt& salt, std::span<const uint64_t> words) {
  TACIT_CHECK(!words.empty());
  hash::Blake3 hasher;
  hasher.update(leaf_header(address, words.size(), salt));
  std::array<uint8_t, hash::kBlockBytes> block;
  while (!words.empty()) {
    size_t n = std::min<size_t>(words.size(), 8);
    for (size_t i = 0; i < n; ++i) hash::store64(&block[8 * i], words[i]);
    hasher.update(ByteView(block).first(8 * n));
    words = words.subspan(n);
  }
  return hasher.finalize();
}

}  // namespace tacit::merkle
