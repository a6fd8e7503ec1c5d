// Programmed coins: challenges and positions that depend on a seed and on nothing that is sent, and a record
// of what was absorbed and drawn. With them a proof is a function of the prover's randomness alone.
#pragma once

#include <set>
#include <vector>

#include "tacit/verifier/coins.h"

namespace tacit::zero_knowledge {

using transcript::Label;

struct Program {
  uint64_t seed = 1;
  uint64_t proof = 0;     // its place in a session: no two proofs open the same position
  std::set<Label> zeros;  // challenges that are zero
};

struct Event {
  bool drawn = false;
  Label label;
  Bytes data;                   // absorbed
  std::vector<uint64_t> words;  // drawn
  // The script of a proof: everything but values.
  bool same_shape(const Event& other) const {
    return drawn == other.drawn && label == other.label && data.size() == other.data.size();
  }
};

// Coordinates of challenges are never zero, so no challenge is 0, 1 or in the base field, unless the program
// says so. Positions are distinct and begin with 0.
class ProgrammedCoins final : public verifier::Coins {
 public:
  static constexpr uint64_t kPositionsPerProof = 4;

  explicit ProgrammedCoins(Program program) : program_(std::move(program)) {}

  void absorb(Label label, ByteView data) override {
    events_.push_back({false, label, Bytes(data.begin(), data.end()), {}});
  }
  void chain(uint64_t) override {}
  void open(Label label) override {
    ++challenges_;
    events_.push_back({true, label, {}, {}});
  }
  uint64_t next_word() override {
    Event& event = events_.back();
    event.words.push_back(word(event.label, event.words.size()));
    return event.words.back();
  }
  uint64_t work(Label, uint32_t) override { return 0; }
  bool check_work(Label, uint64_t, uint32_t) override { return true; }

  const std::vector<Event>& events() const { return events_; }

 private:
  uint64_t word(Label label, uint64_t i) const {
    // An odd multiple permutes every domain.
    if (label == Label::kQueryPositions) return 77 * (program_.proof * kPositionsPerProof + i);
    if (program_.zeros.contains(label)) return 0;
    return 1 + mix(mix(mix(program_.seed) + program_.proof) + 64 * challenges_ + i) % 256;
  }
  // splitmix64
  static uint64_t mix(uint64_t x) {
    x += 0x9E3779B97F4A7C15;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
  }

  Program program_;
  uint64_t challenges_ = 0;
  std::vector<Event> events_;
};

}  // namespace tacit::zero_knowledge
