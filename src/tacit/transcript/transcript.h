// Transcript: the labelled Fiat–Shamir channel. Prover and verifier run the same calls and get the same
// challenges.
//
// The state s is 32 bytes. With H = BLAKE3, u32 and u64 little-endian, quoted tags zero-padded to 16 bytes
// and name = u32 length of the label's name ‖ the name:
//
//   start(protocol)      s ← H("tacit transcript" ‖ protocol)
//   absorb(label, data)  s ← H("tacit absorb" ‖ s ‖ name ‖ u64 length of data ‖ data)
//   challenge(label)     words = extended output of H("tacit challenge" ‖ s ‖ name), read as u64;
//                        s ← H("tacit ratchet" ‖ s ‖ name)
//   chain(K)             s ← H("tacit chain" zero-padded to 24 bytes ‖ u64 i ‖ s) for i = 0 … K − 1, single
//   blocks
//
// Every message tells its kind by its first bytes and its parts by their lengths, so different scripts of
// calls hash different messages. Nothing here is secret. One thread per object.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tacit/base/bytes.h"
#include "tacit/hash/blake3.h"
#include "tacit/transcript/label.h"

namespace tacit::transcript {

using hash::Digest;

// Uniform 64-bit words without end: field elements and positions are sampled from it by rejection.
class ChallengeStream {
 public:
  explicit ChallengeStream(const hash::Xof& xof) : xof_(xof) {}

  uint64_t next_word() {
    if (used_ == buffer_.size()) {
      buffer_ = xof_.words(block_++);
      used_ = 0;
    }
    return buffer_[used_++];
  }

 private:
  hash::Xof xof_;
  uint64_t block_ = 0;
  size_t used_ = 8;
  std::array<uint64_t, 8> buffer_;
};

// What a transcript did, in order, for inventories of a protocol's messages.
struct Event {
  enum class Kind : uint8_t { kAbsorb, kChallenge, kChain };

  Kind kind;
  Label label;
  uint64_t size;  // bytes absorbed, 0 for a challenge, steps of a chain

  friend bool operator==(const Event&, const Event&) = default;
};

class Transcript {
 public:
  // `protocol` names the protocol and its version.
  explicit Transcript(std::string_view protocol);

  void absorb(Label label, ByteView data);
  void absorb(Label label, const Digest& digest) { absorb(label, ByteView(digest.bytes)); }

  // Words that depend on everything absorbed and drawn so far. A second call gives other words.
  ChallengeStream challenge(Label label);

  // K sequential compressions that whoever computes the challenges inside a circuit has to pay for.
  void chain(uint64_t steps);

  // What a proof of work is bound to (grind.h).
  const Digest& state() const { return state_; }

  // From now on every call is appended to *events, which outlives the transcript; nullptr ends that.
  void record(std::vector<Event>* events) { events_ = events; }

 private:
  void note(Event event) {
    if (events_ != nullptr) events_->push_back(event);
  }

  Digest state_;
  std::vector<Event>* events_ = nullptr;
};

}  // namespace tacit::transcript
