#include "tacit/transcript/transcript.h"

#include <algorithm>

#include "tacit/hash/little_endian.h"

namespace tacit::transcript {
namespace {

constexpr size_t kTagBytes = 16;

// A hasher that has seen tag ‖ s ‖ name.
hash::Blake3 framed(std::string_view tag, const Digest& state, Label label) {
  std::string_view name = label_name(label);
  std::array<uint8_t, kTagBytes + 32 + 4> head{};
  std::ranges::copy(tag, head.begin());
  std::ranges::copy(state.bytes, head.begin() + kTagBytes);
  hash::store32(&head[kTagBytes + 32], static_cast<uint32_t>(name.size()));
  hash::Blake3 hasher;
  hasher.update(head).update(as_bytes(name));
  return hasher;
}

}  // namespace

Transcript::Transcript(std::string_view protocol)
    : state_(hash::Blake3().update(as_bytes("tacit transcript")).update(as_bytes(protocol)).finalize()) {}

void Transcript::absorb(Label label, ByteView data) {
  note({Event::Kind::kAbsorb, label, data.size()});
  std::array<uint8_t, 8> length;
  hash::store64(length.data(), data.size());
  state_ = framed("tacit absorb", state_, label).update(length).update(data).finalize();
}

ChallengeStream Transcript::challenge(Label label) {
  note({Event::Kind::kChallenge, label, 0});
  ChallengeStream stream(framed("tacit challenge", state_, label).xof());
  state_ = framed("tacit ratchet", state_, label).finalize();
  return stream;
}

void Transcript::chain(uint64_t steps) {
  note({Event::Kind::kChain, Label::kChain, steps});
  std::array<uint8_t, hash::kBlockBytes> block{};
  std::ranges::copy(std::string_view("tacit chain"), block.begin());
  for (uint64_t i = 0; i < steps; ++i) {
    hash::store64(&block[24], i);
    std::ranges::copy(state_.bytes, block.begin() + 32);
    state_ = hash::hash_block(hash::load_block(block));
  }
}

}  // namespace tacit::transcript
