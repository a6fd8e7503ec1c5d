// Prg: the prover's random tape. A stream of uniform 64-bit words from a 32-byte secret seed:
//
//   word i = little-endian bytes [8i, 8i + 8) of BLAKE3's extended output, derive-key mode,
//            context "tacit v1 prg " + label, key material = seed
//
// and sub-seeds and salts (derive). A pair (seed, label) gives one stream: labels must differ between uses.
// Field elements come from words by rejection, at the caller's. Constant-time; seed,
// stream and buffer are wiped; one thread per object.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "tacit/base/secret.h"
#include "tacit/hash/blake3.h"

namespace tacit::hash {

using Seed = Secret<std::array<uint8_t, 32>>;

class Prg {
 public:
  Prg(const Seed& seed, std::string_view label);

  uint64_t next_word();
  // The next out.size() words of the stream, in order.
  void fill(std::span<uint64_t> out);

  // 32 bytes that depend on all of (seed, label, indices), for salts and sub-seeds (wrap those in Seed):
  // BLAKE3 keyed by the seed of u32 label length ‖ label ‖ indices as u64. One compression while it is ≤ 64
  // bytes.
  static std::array<uint8_t, 32> derive(const Seed& seed, std::string_view label, std::span<const uint64_t> indices);

 private:
  void refill();

  Secret<Xof> stream_;
  uint64_t block_ = 0;  // next output block
  size_t used_ = 8;     // words of buffer_ that are spent
  Secret<std::array<uint64_t, 8>> buffer_;
};

}  // namespace tacit::hash
