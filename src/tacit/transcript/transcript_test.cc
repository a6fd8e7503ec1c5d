#include "tacit/transcript/transcript.h"

#include <gtest/gtest.h>

#include <set>

#include "tacit/transcript/grind.h"

namespace tacit::transcript {
namespace {

Bytes pattern(size_t length) {
  Bytes data(length);
  for (size_t i = 0; i < length; ++i) data[i] = static_cast<uint8_t>(i % 251);
  return data;
}

std::vector<uint64_t> draw(Transcript& t, Label label, size_t n) {
  ChallengeStream stream = t.challenge(label);
  std::vector<uint64_t> words(n);
  for (uint64_t& word : words) word = stream.next_word();
  return words;
}

// The expected values come from a separate program that follows the format at the top of transcript.h with
// another implementation of BLAKE3.
TEST(Transcript, Golden) {
  Transcript t("golden v1");
  EXPECT_EQ(hex(t.state()), "5239bd335283a2d7c835b421b8ec93a329dcfc8a193d2ac311eda9a82c9a8706");
  t.absorb(Label::kProtocol, ByteView());
  EXPECT_EQ(hex(t.state()), "2b1bc208dc376b703b5c004fb848d6ead4ac1cd8516f06c8e8c258518ad82dad");
  t.absorb(Label::kPublicValues, pattern(100));
  EXPECT_EQ(hex(t.state()), "25548b38f75ab6b59144a862af7276895f1543483322e8121d14a5ca2b1be928");
  t.absorb(Label::kRoot, pattern(3000));
  EXPECT_EQ(hex(t.state()), "30b064742cad80d635cb2d7f75a743b76fe144d02e4dbeb5e5aabba682b9a634");
  std::vector<uint64_t> words = draw(t, Label::kGamma, 20);
  EXPECT_EQ(words[0], 0x77d310b23134c6d9);
  EXPECT_EQ(words[1], 0x0d317e9ffdc22e34);
  EXPECT_EQ(words[19], 0xe310ad05f430b185);
  EXPECT_EQ(hex(t.state()), "d34d7c73b3a33496c76df5a680e2749a79da7072c74a5c13f3e6bf6407be0b48");
  t.chain(3);
  EXPECT_EQ(hex(t.state()), "aaf32711615d36041a87c88f8556f777481880818257f1f8c731dfa19288d7a2");
  words = draw(t, Label::kGamma, 20);
  EXPECT_EQ(words[0], 0xa6fc5f93906ee3a2);
  EXPECT_EQ(words[1], 0xb788eb598d691bba);
  EXPECT_EQ(words[19], 0xa2cb4ccf5910dffa);
  EXPECT_EQ(hex(t.state()), "24962d4d7476ec083d01e9aceec441ab15f387628af7394859d4037651a902c8");
  t.absorb(Label::kLastVector, Bytes{0});
  EXPECT_EQ(hex(t.state()), "df5b9a21da1c86e00662e6ea513ae758ab783c7812eddb785f21cf55ed674fdd");
  EXPECT_EQ(grind(t.state(), Label::kQueryPositions, 8), 85u);
  EXPECT_EQ(grind(t.state(), Label::kQueryPositions, 12), 7915u);
  EXPECT_EQ(grind(t.state(), Label::kAlpha, 12), 414u);
}

// Scripts that a sloppy framing would confuse end in different states and draw different words.
TEST(Transcript, DifferentScriptsDiffer) {
  using Script = void (*)(Transcript&);
  const Script scripts[] = {
      [](Transcript&) {},
      [](Transcript& t) { t.absorb(Label::kRoot, ByteView()); },
      [](Transcript& t) { t.absorb(Label::kRho, ByteView()); },
      [](Transcript& t) { t.absorb(Label::kRoot, Bytes{0}); },
      [](Transcript& t) {
        t.absorb(Label::kRoot, Bytes{0, 0});
      },
      [](Transcript& t) { t.absorb(Label::kRoot, Bytes(8)); },
      [](Transcript& t) {
        t.absorb(Label::kRoot, Bytes{0});
        t.absorb(Label::kRoot, Bytes{0});
      },
      [](Transcript& t) {
        t.absorb(Label::kRoot, Bytes{1});
        t.absorb(Label::kMu, Bytes{2});
      },
      [](Transcript& t) {
        t.absorb(Label::kMu, Bytes{2});
        t.absorb(Label::kRoot, Bytes{1});
      },
      // "root" is the head of "root_denominator".
      [](Transcript& t) { t.absorb(Label::kRoot, as_bytes("_denominator")); },
      [](Transcript& t) { t.absorb(Label::kRootDenominator, ByteView()); },
      [](Transcript& t) { t.challenge(Label::kRoot); },
      [](Transcript& t) { t.challenge(Label::kMu); },
      [](Transcript& t) {
        t.challenge(Label::kMu);
        t.challenge(Label::kMu);
      },
      [](Transcript& t) {
        t.challenge(Label::kMu);
        t.absorb(Label::kRoot, ByteView());
      },
      [](Transcript& t) {
        t.absorb(Label::kRoot, ByteView());
        t.challenge(Label::kMu);
      },
      [](Transcript& t) { t.chain(1); },
      [](Transcript& t) { t.chain(2); },
      [](Transcript& t) {
        t.chain(1);
        t.chain(1);
      },
  };
  std::set<std::string> states;
  std::set<uint64_t> words;
  for (Script script : scripts) {
    Transcript t("p");
    script(t);
    states.insert(hex(t.state()));
    words.insert(t.challenge(Label::kBeta).next_word());
  }
  EXPECT_EQ(states.size(), std::size(scripts));
  EXPECT_EQ(words.size(), std::size(scripts));
  EXPECT_NE(Transcript("p").state(), Transcript("q").state());
}

TEST(Transcript, EveryLabelSeparates) {
  std::set<std::string> states;
  std::set<uint64_t> words;
  for (size_t i = 0; i < kLabelNames.size(); ++i) {
    Transcript absorbing("p");
    absorbing.absorb(static_cast<Label>(i), Bytes{1});
    states.insert(hex(absorbing.state()));
    Transcript drawing("p");
    words.insert(drawing.challenge(static_cast<Label>(i)).next_word());
    states.insert(hex(drawing.state()));
  }
  EXPECT_EQ(states.size(), 2 * kLabelNames.size());
  EXPECT_EQ(words.size(), kLabelNames.size());
}

TEST(Transcript, ChallengeDoesNotDependOnHowMuchIsRead) {
  Transcript a("p"), b("p");
  draw(a, Label::kMu, 0);
  draw(b, Label::kMu, 100);
  EXPECT_EQ(a.state(), b.state());
  EXPECT_EQ(draw(a, Label::kMu, 9), draw(b, Label::kMu, 9));
}

TEST(Transcript, RecordsWhatHappens) {
  Transcript t("p");
  std::vector<Event> events;
  t.record(&events);
  t.absorb(Label::kRoot, Digest{});
  t.challenge(Label::kGamma);
  t.chain(5);
  t.record(nullptr);
  t.challenge(Label::kAlpha);
  using Kind = Event::Kind;
  EXPECT_EQ(events, (std::vector<Event>{{Kind::kAbsorb, Label::kRoot, 32},
                                        {Kind::kChallenge, Label::kGamma, 0},
                                        {Kind::kChain, Label::kChain, 5}}));
}

TEST(Grind, FindsTheSmallestNonce) {
  Digest state = Transcript("p").state();
  for (uint32_t bits : {0, 1, 5, 10}) {
    uint64_t nonce = grind(state, Label::kAlpha, bits);
    EXPECT_TRUE(grinding_ok(state, Label::kAlpha, nonce, bits));
    for (uint64_t smaller = 0; smaller < nonce; ++smaller)
      EXPECT_FALSE(grinding_ok(state, Label::kAlpha, smaller, bits));
  }
  EXPECT_EQ(grind(state, Label::kAlpha, 0), 0u);
}

TEST(Grind, IsBoundToStateLabelNonceAndBits) {
  Digest state = Transcript("p").state();
  uint64_t nonce = grind(state, Label::kAlpha, 14);
  Digest other = state;
  other.bytes[31] ^= 1;
  EXPECT_FALSE(grinding_ok(other, Label::kAlpha, nonce, 14));
  EXPECT_FALSE(grinding_ok(state, Label::kGamma, nonce, 14));
  EXPECT_FALSE(grinding_ok(state, Label::kAlpha, nonce + 1, 14));
  EXPECT_FALSE(grinding_ok(state, Label::kAlpha, nonce | uint64_t{1} << 32, 14));
  EXPECT_TRUE(grinding_ok(state, Label::kAlpha, nonce, 13));
  EXPECT_FALSE(grinding_ok(state, Label::kAlpha, nonce, 64));
}

}  // namespace
}  // namespace tacit::transcript
