#include "tacit/hash/prg.h"

#include <string>

#include "tacit/hash/little_endian.h"

namespace tacit::hash {

Prg::Prg(const Seed& seed, std::string_view label) {
  Blake3 hasher = Blake3::derive_key("tacit v1 prg " + std::string(label));
  stream_.expose() = hasher.update(seed.expose()).xof();
  hasher.wipe();
}

void Prg::refill() {
  buffer_.expose() = stream_.expose().words(block_++);
  used_ = 0;
}

uint64_t Prg::next_word() {
  if (used_ == 8) refill();
  return buffer_.expose()[used_++];
}

void Prg::fill(std::span<uint64_t> out) {
  for (uint64_t& word : out) word = next_word();
}

std::array<uint8_t, 32> Prg::derive(const Seed& seed, std::string_view label, std::span<const uint64_t> indices) {
  Blake3 hasher = Blake3::keyed_hash(seed.expose());
  uint8_t number[8];
  store32(number, static_cast<uint32_t>(label.size()));
  hasher.update({number, 4}).update(as_bytes(label));
  for (uint64_t index : indices) {
    store64(number, index);
    hasher.update(number);
  }
  Digest digest = hasher.finalize();
  hasher.wipe();
  return digest.bytes;
}

}  // namespace tacit::hash
