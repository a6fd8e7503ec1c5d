// The verifier's coins: where challenges come from.
//
// In production they are FiatShamirCoins, a transcript. The exact zero-knowledge tests, which need challenges that do
// not depend on messages, have coins of their own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "tacit/field/uniform.h"
#include "tacit/transcript/grind.h"
#include "tacit/transcript/transcript.h"

namespace tacit::verifier {

using transcript::Label;

class Coins {
 public:
  virtual ~Coins() = default;
  virtual void absorb(Label label, ByteView data) = 0;
  // K sequential hashes (protocol step 1).
  virtual void chain(uint64_t steps) = 0;
  // Opens the stream of uniform words of one challenge; `next_word` reads it.
  virtual void open(Label label) = 0;
  virtual uint64_t next_word() = 0;
  // Work before the challenge with this label: the smallest nonce, and is this nonce one?
  virtual uint64_t work(Label label, uint32_t bits) = 0;
  virtual bool check_work(Label label, uint64_t nonce, uint32_t bits) = 0;
};

class FiatShamirCoins final : public Coins {
 public:
  using Work = uint64_t (*)(const hash::Digest& state, Label label, uint32_t bits);

  // `work` may be a faster search with the result of transcript::grind.
  explicit FiatShamirCoins(std::string_view protocol, Work work = transcript::grind)
      : transcript_(protocol), work_(work) {}

  void absorb(Label label, ByteView data) override { transcript_.absorb(label, data); }
  void chain(uint64_t steps) override { transcript_.chain(steps); }
  void open(Label label) override { stream_ = transcript_.challenge(label); }
  uint64_t next_word() override { return stream_->next_word(); }
  uint64_t work(Label label, uint32_t bits) override { return work_(transcript_.state(), label, bits); }
  bool check_work(Label label, uint64_t nonce, uint32_t bits) override {
    return transcript::grinding_ok(transcript_.state(), label, nonce, bits);
  }
  transcript::Transcript& transcript() { return transcript_; }

 private:
  transcript::Transcript transcript_;
  std::optional<transcript::ChallengeStream> stream_;
  Work work_;
};

// A uniform element of the challenge field.
template <class E>
E draw(Coins& coins, Label label) {
  coins.open(label);
  return field::sample<E>([&] { return coins.next_word(); });
}

// `count` distinct positions below 2^log_n, increasing. Requires count ≤ 2^log_n.
inline std::vector<uint64_t> draw_positions(Coins& coins, Label label, int log_n, uint32_t count) {
  coins.open(label);
  const uint64_t mask = (uint64_t{1} << log_n) - 1;
  std::vector<uint64_t> positions;
  while (positions.size() < count) {
    const uint64_t x = coins.next_word() & mask;
    const auto at = std::lower_bound(positions.begin(), positions.end(), x);
    if (at == positions.end() || *at != x) positions.insert(at, x);
  }
  return positions;
}

}  // namespace tacit::verifier
