#include <gtest/gtest.h>

#include "tacit/hash/blake3.h"
#include "tacit/merkle/leaf.h"
#include "tacit/merkle/multiproof.h"
#include "tacit/merkle/tree.h"

namespace tacit::merkle {
namespace {

using Positions = std::vector<uint64_t>;

std::vector<Digest> some_leaves(size_t n) {
  std::vector<Digest> leaves(n);
  for (size_t x = 0; x < n; ++x) leaves[x].bytes[0] = static_cast<uint8_t>(x + 1);
  return leaves;
}

Positions subset(uint32_t mask) {
  Positions positions;
  for (uint64_t x = 0; x < 32; ++x)
    if (mask >> x & 1) positions.push_back(x);
  return positions;
}

std::vector<Digest> pick(const std::vector<Digest>& leaves, const Positions& positions) {
  std::vector<Digest> picked;
  for (uint64_t x : positions) picked.push_back(leaves[x]);
  return picked;
}

// Siblings by the definition, node by node: level, then index, of the nodes not computable from below.
std::vector<Digest> siblings_by_definition(std::vector<Digest> level, std::vector<bool> known) {
  std::vector<Digest> siblings;
  while (level.size() > 1) {
    size_t half = level.size() / 2;
    for (size_t j = 0; j < level.size(); ++j)
      if (!known[j] && known[(j + half) % level.size()]) siblings.push_back(level[j]);
    std::vector<bool> known_above(half);
    for (size_t j = 0; j < half; ++j) {
      known_above[j] = known[j] || known[j + half];
      level[j] = hash::hash_pair(level[j], level[j + half]);
    }
    level.resize(half);
    known = known_above;
  }
  return siblings;
}

TEST(Merkle, EverySubsetOfEverySmallTree) {
  for (uint32_t log_n = 0; log_n <= 4; ++log_n) {
    size_t n = size_t{1} << log_n;
    std::vector<Digest> leaves = some_leaves(n);
    Tree tree(leaves);
    EXPECT_EQ(tree.log_n(), log_n);
    for (uint32_t mask = 1; mask < uint32_t{1} << n; ++mask) {
      Positions positions = subset(mask);
      std::vector<bool> known(n);
      for (uint64_t x : positions) known[x] = true;
      std::vector<Digest> siblings = tree.open(positions);
      ASSERT_EQ(siblings, siblings_by_definition(leaves, known));
      ASSERT_EQ(*sibling_count(log_n, positions), siblings.size());
      ASSERT_TRUE(verify(tree.root(), log_n, positions, pick(leaves, positions), siblings));
    }
  }
}

TEST(Merkle, PairsLeavesHalfATreeApart) {
  std::vector<Digest> leaves = some_leaves(4);
  Digest even = hash::hash_pair(leaves[0], leaves[2]);
  Digest odd = hash::hash_pair(leaves[1], leaves[3]);
  EXPECT_EQ(Tree(leaves).root(), hash::hash_pair(even, odd));
  EXPECT_EQ(Tree(leaves).open(Positions{2}), (std::vector<Digest>{leaves[0], odd}));
}

TEST(Merkle, ALargerTree) {
  std::vector<Digest> leaves(1 << 12);
  for (size_t x = 0; x < leaves.size(); ++x) leaves[x] = leaf_digest({7, x}, {}, Positions{x});
  Tree tree(leaves);
  Positions positions;
  for (uint64_t x = 5; x < leaves.size(); x += 37) positions.push_back(x);
  std::vector<Digest> siblings = tree.open(positions);
  EXPECT_TRUE(verify(tree.root(), 12, positions, pick(leaves, positions), siblings));
  siblings.back().bytes[31] ^= 0x80;
  EXPECT_EQ(verify(tree.root(), 12, positions, pick(leaves, positions), siblings).error().code, Code::kMerklePath);
}

class Corruption : public testing::Test {
 protected:
  Code verdict() const {
    Status status = verify(root, log_n, positions, opened, siblings);
    EXPECT_FALSE(status);
    return status ? Code::kUsage : status.error().code;
  }
  std::vector<Digest> leaves = some_leaves(16);
  Digest root = Tree(leaves).root();
  uint32_t log_n = 4;
  Positions positions = {1, 4, 5, 9, 14};
  std::vector<Digest> opened = pick(leaves, positions);
  std::vector<Digest> siblings = Tree(leaves).open(positions);
};

TEST_F(Corruption, EverySingleBit) {
  auto flip_all = [&](Digest& digest) {
    for (int bit = 0; bit < 256; ++bit) {
      digest.bytes[bit / 8] ^= 1 << bit % 8;
      EXPECT_EQ(verdict(), Code::kMerklePath);
      digest.bytes[bit / 8] ^= 1 << bit % 8;
    }
  };
  flip_all(root);
  for (Digest& digest : opened) flip_all(digest);
  for (Digest& digest : siblings) flip_all(digest);
  EXPECT_TRUE(verify(root, log_n, positions, opened, siblings));
}

TEST_F(Corruption, OrderAndPlace) {
  std::swap(opened[0], opened[1]);
  EXPECT_EQ(verdict(), Code::kMerklePath);
  std::swap(opened[0], opened[1]);
  std::swap(siblings[0], siblings[1]);
  EXPECT_EQ(verdict(), Code::kMerklePath);
  std::swap(siblings[0], siblings[1]);
  positions = {1, 6, 9, 12, 13};  // each moved by half the tree: as many siblings
  EXPECT_EQ(verdict(), Code::kMerklePath);
}

TEST_F(Corruption, Lengths) {
  siblings.push_back({});
  EXPECT_EQ(verdict(), Code::kTrailingBytes);
  siblings.resize(siblings.size() - 2);
  EXPECT_EQ(verdict(), Code::kTruncated);
  opened.push_back({});
  EXPECT_EQ(verdict(), Code::kTrailingBytes);
  opened.resize(opened.size() - 2);
  EXPECT_EQ(verdict(), Code::kTruncated);
}

TEST_F(Corruption, Positions) {
  for (Positions bad : {Positions{1, 4, 4, 9, 14}, Positions{1, 5, 4, 9, 14}, Positions{1, 4, 5, 9, 16}}) {
    positions = bad;
    EXPECT_EQ(verdict(), Code::kNonCanonical);
    EXPECT_EQ(sibling_count(log_n, positions).error().code, Code::kNonCanonical);
  }
  positions.clear();
  EXPECT_EQ(verdict(), Code::kBadParameters);
  positions = {0};
  log_n = 63;
  EXPECT_EQ(verdict(), Code::kBadParameters);
}

TEST(Merkle, ATallTreeNeedsNoTable) { EXPECT_EQ(*sibling_count(62, Positions{0, (uint64_t{1} << 62) - 1}), 122u); }

TEST(Leaf, IsTheHashOfHeaderAndWords) {
  Salt salt;
  salt.fill(0xa5);
  for (size_t n_words : {1, 7, 8, 9, 120, 121, 500}) {
    std::vector<uint64_t> words(n_words);
    for (size_t i = 0; i < n_words; ++i) words[i] = 0x0123456789abcdef * (i + 1);
    Writer message;
    message.raw(as_bytes("tacitlf1"));
    message.u64(3);
    message.u64(0x1122334455);
    message.u64(n_words);
    message.raw(salt);
    for (uint64_t word : words) message.u64(word);
    EXPECT_EQ(leaf_digest({3, 0x1122334455}, salt, words), hash::blake3(message.bytes()));
  }
}

TEST(Leaf, EveryPartCounts) {
  Salt salt{};
  Digest leaf = leaf_digest({1, 2}, salt, Positions{3, 0});
  EXPECT_NE(leaf, leaf_digest({2, 2}, salt, Positions{3, 0}));
  EXPECT_NE(leaf, leaf_digest({1, 3}, salt, Positions{3, 0}));
  EXPECT_NE(leaf, leaf_digest({1, 2}, salt, Positions{3, 1}));
  EXPECT_NE(leaf, leaf_digest({1, 2}, salt, Positions{3}));
  EXPECT_NE(leaf, leaf_digest({1, 2}, salt, Positions{3, 0, 0}));
  salt[31] = 1;
  EXPECT_NE(leaf, leaf_digest({1, 2}, salt, Positions{3, 0}));
}

TEST(LeafDeathTest, RefusesAnEmptyRow) { EXPECT_DEATH(leaf_digest({1, 2}, {}, {}), "broken invariant"); }

}  // namespace
}  // namespace tacit::merkle
