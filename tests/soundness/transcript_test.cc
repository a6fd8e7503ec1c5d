// The transcript manifest: what is absorbed and drawn, in which order, stands in transcript.golden.
//
// A change of the protocol changes that file, on purpose and in the same commit: run the test with
// TACIT_UPDATE_GOLDEN=1 and read the difference.

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "sample.h"

namespace tacit::soundness {
namespace {

using E = field::Goldilocks2;
using transcript::Event;

const std::string kGolden = std::string(TACIT_SOURCE_DIR) + "/tests/soundness/transcript.golden";

std::string text_of(const std::vector<Event>& events) {
  std::ostringstream out;
  for (const Event& event : events) {
    out << (event.kind == Event::Kind::kAbsorb      ? "absorb "
            : event.kind == Event::Kind::kChallenge ? "draw   "
                                                    : "chain  ")
        << transcript::label_name(event.label);
    if (event.kind != Event::Kind::kChallenge) out << ' ' << event.size;
    out << '\n';
  }
  return out.str();
}

class TranscriptTest : public testing::Test {
 protected:
  Instance<E> instance_{make_sample(), make_parameters<E>(Work::kSome)};
};

TEST_F(TranscriptTest, IsTheGoldenOneOnBothSides) {
  std::vector<Event> proving, verifying;
  verifier::FiatShamirCoins coins(verifier::kProtocolName), same(verifier::kProtocolName);
  coins.transcript().record(&proving);
  same.transcript().record(&verifying);
  const Bytes proof = instance_.prove(1, coins);
  ASSERT_TRUE(instance_.verify(proof, same));
  EXPECT_EQ(proving, verifying);
  if (std::getenv("TACIT_UPDATE_GOLDEN") != nullptr) std::ofstream(kGolden) << text_of(verifying);
  std::stringstream golden;
  golden << std::ifstream(kGolden).rdbuf();
  std::istringstream want(golden.str()), got(text_of(verifying));
  std::string want_line, got_line;
  for (int line = 1; std::getline(want, want_line); ++line) {
    ASSERT_TRUE(std::getline(got, got_line)) << "line " << line << " is missing: " << want_line;
    ASSERT_EQ(got_line, want_line) << "line " << line;
  }
  EXPECT_FALSE(std::getline(got, got_line)) << "more than the golden file has: " << got_line;
}

// A transcript that forgets one absorbed message, or takes one and the next in the other order.
class ForgetfulCoins final : public verifier::Coins {
 public:
  enum class Edit { kForget, kExchange };
  ForgetfulCoins(size_t which, Edit edit) : which_(which), edit_(edit) {}

  void absorb(Label label, ByteView data) override {
    const size_t n = n_++;
    if (n == which_) {
      held_ = {label, Bytes(data.begin(), data.end())};
      return;
    }
    inner_.absorb(label, data);
    if (n == which_ + 1 && edit_ == Edit::kExchange && !drawn_) {
      changed_ = held_ != std::pair(label, Bytes(data.begin(), data.end()));
      inner_.absorb(held_.first, held_.second);
    }
  }
  void chain(uint64_t steps) override { release(), inner_.chain(steps); }
  void open(Label label) override { release(), inner_.open(label); }
  uint64_t next_word() override { return inner_.next_word(); }
  uint64_t work(Label label, uint32_t bits) override { return inner_.work(label, bits); }
  bool check_work(Label label, uint64_t nonce, uint32_t bits) override {
    release();
    return inner_.check_work(label, nonce, bits);
  }

  size_t absorbed() const { return n_; }
  // Did the edit make a difference? Two equal messages may be exchanged, one before a draw has no next.
  bool changed() const { return edit_ == Edit::kForget || changed_; }

 private:
  void release() {
    if (edit_ != Edit::kExchange || n_ != which_ + 1 || drawn_) return;
    drawn_ = true;
    inner_.absorb(held_.first, held_.second);
  }
  size_t which_;
  Edit edit_;
  size_t n_ = 0;
  bool drawn_ = false, changed_ = false;
  std::pair<Label, Bytes> held_;
  verifier::FiatShamirCoins inner_{verifier::kProtocolName};
};

TEST_F(TranscriptTest, EveryMessageAndItsOrderCount) {
  const Bytes proof = instance_.prove(1);
  ForgetfulCoins all(SIZE_MAX, ForgetfulCoins::Edit::kForget);
  ASSERT_TRUE(instance_.verify(proof, all));
  ASSERT_GT(all.absorbed(), 100u);
  size_t exchanged = 0;
  for (size_t i = 0; i < all.absorbed(); ++i) {
    ForgetfulCoins forget(i, ForgetfulCoins::Edit::kForget), exchange(i, ForgetfulCoins::Edit::kExchange);
    EXPECT_FALSE(instance_.verify(proof, forget)) << "message " << i << " may be forgotten";
    const Status verdict = instance_.verify(proof, exchange);
    EXPECT_EQ(verdict.has_value(), !exchange.changed()) << "messages " << i << " and " << i + 1;
    exchanged += exchange.changed();
  }
  EXPECT_GE(exchanged, 10u);
}

// Every label is absorbed or drawn in this statement.
TEST_F(TranscriptTest, EveryLabelOccurs) {
  std::vector<Event> events;
  verifier::FiatShamirCoins coins(verifier::kProtocolName);
  coins.transcript().record(&events);
  ASSERT_TRUE(instance_.verify(instance_.prove(1), coins));
  std::map<Label, size_t> seen;
  for (const Event& event : events) ++seen[event.label];
  for (size_t i = 0; i < transcript::kLabelNames.size(); ++i) {
    const Label label = static_cast<Label>(i);
    const bool spare = label == Label::kRho;  // the leaf point has coordinates enough
    EXPECT_EQ(seen.count(label), spare ? 0u : 1u) << transcript::kLabelNames[i];
  }
}

}  // namespace
}  // namespace tacit::soundness
