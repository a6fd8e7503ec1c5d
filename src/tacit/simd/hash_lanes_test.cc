#include "tacit/simd/hash_lanes.h"

#include "tacit/field/fields.h"
#include "tacit/field/uniform.h"
#include "tacit/merkle/leaf.h"
#include "tacit/merkle/tree.h"
#include "tacit/parallel/parallel.h"
#include "tacit/simd/levels_for_test.h"
#include "tacit/transcript/grind.h"

namespace tacit::simd {
namespace {

using HashLanes = AtLevel;

hash::Seed some_seed() {
  std::array<uint8_t, 32> bytes;
  for (size_t i = 0; i < 32; ++i) bytes[i] = static_cast<uint8_t>(11 * i + 3);
  return hash::Seed(bytes);
}

std::vector<hash::Digest> digests(size_t n) {
  std::mt19937_64 engine(n);
  std::vector<hash::Digest> out(n);
  for (auto& digest : out)
    for (auto& byte : digest.bytes) byte = static_cast<uint8_t>(engine());
  return out;
}

TEST_P(HashLanes, PairsAreTheTreesLevels) {
  for (size_t half : {0, 1, 2, 7, 8, 16, 31, 32, 33, 64, 100}) {
    auto lower = digests(2 * half);
    std::vector<hash::Digest> upper(half), expected(half);
    hash_pairs(lower, upper);
    merkle::hash_level(lower, expected);
    EXPECT_EQ(upper, expected) << half;
  }
  EXPECT_EQ(merkle::Tree(digests(256), hash_pairs).root(), merkle::Tree(digests(256)).root());
}

TEST_P(HashLanes, KeystreamIsThePrg) {
  for (size_t n : {0, 1, 7, 8, 63, 64, 255, 256, 257, 1000}) {
    hash::Prg prg(some_seed(), "masks");
    Keystream stream(some_seed(), "masks");
    for (size_t piece : {size_t{3}, n, size_t{5}, n}) {
      std::vector<uint64_t> got(piece), expected(piece);
      stream.fill(got);
      prg.fill(expected);
      EXPECT_EQ(got, expected) << n;
    }
    stream.seek(1);
    hash::Prg again(some_seed(), "masks");
    again.next_word();
    std::vector<uint64_t> got(9);
    stream.fill(got);
    for (uint64_t word : got) EXPECT_EQ(word, again.next_word());
  }
}

TEST_P(HashLanes, KeystreamCountsPastThirtyTwoBits) {
  hash::Blake3 hasher;
  hash::Xof xof = hasher.update(some_seed().expose()).xof();
  const uint64_t first = 0xffffffff - 20;
  std::vector<uint64_t> got(8 * 64);
  keystream(xof, first, got);
  for (size_t i = 0; i < 64; ++i)
    for (size_t w = 0; w < 8; ++w) EXPECT_EQ(got[8 * i + w], xof.words(first + i)[w]);
}

TEST_P(HashLanes, CanonicalFillIsTheSampler) {
  hash::Prg prg(some_seed(), "uniform");
  Keystream stream(some_seed(), "uniform");
  std::vector<uint64_t> got(999);
  stream.fill_canonical(got);
  for (uint64_t word : got) EXPECT_EQ(word, field::sample<field::Goldilocks>([&] { return prg.next_word(); }).value());
}

TEST_P(HashLanes, GrindFindsTheSmallestNonce) {
  for (uint8_t k = 0; k < 6; ++k) {
    hash::Digest state;
    state.bytes.fill(k);
    auto block = transcript::grind_block(state, transcript::Label::kQueryPositions);
    for (uint32_t bits : {0, 1, 5, 11, 12, 16}) {
      uint64_t expected = transcript::grind(state, transcript::Label::kQueryPositions, bits);
      EXPECT_EQ(grind(block, bits), expected) << bits;
      EXPECT_EQ(grind(block, bits, parallel::run), expected) << bits;
    }
  }
}

TEST_P(HashLanes, SaltsAreDerived) {
  const uint64_t indices[] = {5, uint64_t{1} << 40};
  EXPECT_EQ(leaf_salt(some_seed(), 5, uint64_t{1} << 40), hash::Prg::derive(some_seed(), "salt", indices));
}

TACIT_AT_ALL_LEVELS(HashLanes);

TEST(Level, IsChosenByName) {
  EXPECT_EQ(choose_level(nullptr).value(), available_levels().back());
  EXPECT_EQ(choose_level("").value(), available_levels().back());
  EXPECT_EQ(choose_level("portable").value(), Level::kPortable);
  EXPECT_EQ(choose_level("sse9").error().code, Code::kUsage);
  for (Level level : {Level::kAvx2, Level::kAvx512}) {
    auto chosen = choose_level(level_name(level));
    if (is_available(level)) {
      EXPECT_EQ(chosen.value(), level);
    } else {
      EXPECT_EQ(chosen.error().code, Code::kEnvironment);
    }
  }
}

}  // namespace
}  // namespace tacit::simd
