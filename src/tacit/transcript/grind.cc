#include "tacit/transcript/grind.h"

#include <algorithm>

#include "tacit/base/check.h"

namespace tacit::transcript {
namespace {

bool nonce_ok(hash::BlockWords& block, uint64_t nonce, uint32_t bits) {
  block[14] = static_cast<uint32_t>(nonce);
  block[15] = static_cast<uint32_t>(nonce >> 32);
  hash::BlockWords out = hash::compress(hash::kIv, block, 0, hash::kBlockBytes, hash::kSingleBlock);
  uint64_t word = out[0] | static_cast<uint64_t>(out[1]) << 32;
  uint64_t mask = bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
  return (word & mask) == 0;
}

}  // namespace

hash::BlockWords grind_block(const hash::Digest& state, Label label) {
  std::array<uint8_t, hash::kBlockBytes> bytes{};
  std::ranges::copy(state.bytes, bytes.begin());
  std::ranges::copy(std::string_view("grind "), bytes.begin() + 32);
  std::ranges::copy(label_name(label), bytes.begin() + 38);
  return hash::load_block(bytes);
}

bool grinding_ok(const hash::Digest& state, Label label, uint64_t nonce, uint32_t bits) {
  hash::BlockWords block = grind_block(state, label);
  return nonce_ok(block, nonce, bits);
}

uint64_t grind(const hash::Digest& state, Label label, uint32_t bits) {
  TACIT_CHECK(bits <= 40);
  hash::BlockWords block = grind_block(state, label);
  uint64_t nonce = 0;
  while (!nonce_ok(block, nonce, bits)) ++nonce;
  return nonce;
}

}  // namespace tacit::transcript
