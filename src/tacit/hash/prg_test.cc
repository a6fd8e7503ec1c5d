#include "tacit/hash/prg.h"

#include <gtest/gtest.h>

namespace tacit::hash {
namespace {

std::array<uint8_t, 32> seed_bytes() {
  std::array<uint8_t, 32> bytes;
  for (size_t i = 0; i < 32; ++i) bytes[i] = static_cast<uint8_t>(7 * i + 1);
  return bytes;
}

TEST(Prg, IsTheExtendedOutput) {
  Seed seed(seed_bytes());
  Blake3 hasher = Blake3::derive_key("tacit v1 prg pads");
  hasher.update(seed.expose());
  std::array<uint8_t, 8 * 50> bytes;
  hasher.finalize_xof(0, bytes);
  Prg prg(seed, "pads");
  std::array<uint64_t, 47> words;
  std::array<uint64_t, 50> all;
  for (size_t i = 0; i < 3; ++i) all[i] = prg.next_word();
  prg.fill(words);
  std::copy(words.begin(), words.end(), all.begin() + 3);
  for (size_t i = 0; i < 50; ++i)
    for (size_t b = 0; b < 8; ++b) EXPECT_EQ(static_cast<uint8_t>(all[i] >> (8 * b)), bytes[8 * i + b]);
}

TEST(Prg, SeedsLabelsAndIndicesSeparate) {
  Seed seed(seed_bytes());
  auto other_bytes = seed_bytes();
  other_bytes[31] ^= 1;
  Seed other(other_bytes);
  EXPECT_NE(Prg(seed, "a").next_word(), Prg(seed, "b").next_word());
  EXPECT_NE(Prg(seed, "a").next_word(), Prg(other, "a").next_word());
  using Indices = std::vector<uint64_t>;
  auto base = Prg::derive(seed, "salt", Indices{1, 2});
  EXPECT_EQ(base, Prg::derive(seed, "salt", Indices{1, 2}));
  EXPECT_NE(base, Prg::derive(other, "salt", Indices{1, 2}));
  EXPECT_NE(base, Prg::derive(seed, "salu", Indices{1, 2}));
  EXPECT_NE(base, Prg::derive(seed, "salt", Indices{2, 1}));
  EXPECT_NE(base, Prg::derive(seed, "salt", Indices{1, 2, 0}));
}

}  // namespace
}  // namespace tacit::hash
