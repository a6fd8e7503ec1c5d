// The opening against provers who commit to whatever they like: every word of every opened row is bound by
// algebra.

#include "opened_trees.h"
#include "tacit/poly/ntt.h"

namespace tacit::soundness {
namespace {

template <class E>
class OpeningTest : public testing::Test {
 protected:
  using F = typename E::Base;

  // A valid proof under predictable coins, with its trees.
  void make(size_t levels, uint8_t seed = 9) {
    coins_.emplace(seed);
    instance_.emplace(make_sample(), make_parameters<E>(Work::kNone, levels));
    PredictableCoins coins(*coins_);
    proof_ = instance_->prove(1, coins);
    fields_.clear();
    PredictableCoins same(*coins_);
    ASSERT_TRUE(instance_->verify(proof_, same, &fields_));
    trees_ = opened_trees(*instance_, *coins_, fields_);
  }
  Status verify(const Bytes& proof) const {
    PredictableCoins coins(*coins_);
    return instance_->verify(proof, coins);
  }
  // All opened rows of a tree changed by `change(row index, offset)`, under a root of their own.
  template <class Change>
  Status with_rows(const OpenedTree& tree, Change&& change) {
    Bytes proof = proof_;
    const std::vector<hash::Digest> roots = instance_->roots;
    for (size_t i = 0; i < tree.rows.size(); ++i) change(proof, i);
    commit_again(*instance_, proof, tree);
    const Status verdict = verify(proof);
    instance_->roots = roots;
    return verdict;
  }

  std::optional<PredictableCoins> coins_;
  std::optional<Instance<E>> instance_;
  Bytes proof_;
  std::vector<verifier::Field> fields_;
  std::vector<OpenedTree> trees_;
};

using Fields = testing::Types<field::Goldilocks2, field::Goldilocks3>;
TYPED_TEST_SUITE(OpeningTest, Fields);

TYPED_TEST(OpeningTest, EveryWordOfEveryRowCounts) {
  using F = typename TypeParam::Base;
  for (size_t levels : {0, 1, 3}) {
    this->make(levels);
    for (const OpenedTree& tree : this->trees_) {
      SCOPED_TRACE(tree.name);
      // The same rows under another root: other rows are not looked at.
      ASSERT_TRUE(this->with_rows(tree, [](Bytes&, size_t) {}));
      const bool last = levels == 0 || tree.name == "level " + std::to_string(levels - 1);
      for (size_t row = 0; row < tree.rows.size(); ++row)
        for (size_t word = 0; word < tree.tree.words; ++word) {
          const Status verdict = this->with_rows(tree, [&](Bytes& proof, size_t i) {
            if (i == row) add_at(proof, tree.rows[i] + 8 * word, F::one());
          });
          expect_code(verdict, last ? Code::kRowCheck : Code::kFinalCheck);
        }
    }
  }
}

// Salts hide; they prove nothing. Changing one changes the commitment and nothing else.
TYPED_TEST(OpeningTest, SaltsCarryNoMeaning) {
  this->make(3);
  for (const OpenedTree& tree : this->trees_) {
    EXPECT_EQ(tree.salts.empty(), tree.name.starts_with("level"));
    for (size_t row = 0; row < tree.salts.size(); ++row)
      EXPECT_TRUE(this->with_rows(tree, [&](Bytes& proof, size_t i) {
        if (i == row) proof[tree.salts[i]] ^= 1;
      }));
  }
}

// P's word plus a multiple of X^(M + R): no longer of low degree, wrong at every point.
TYPED_TEST(OpeningTest, WordsOfTooHighDegree) {
  using F = typename TypeParam::Base;
  for (size_t levels : {0, 3}) {
    this->make(levels);
    for (const OpenedTree& tree : this->trees_) {
      if (tree.name.starts_with("level")) continue;
      const Status verdict = this->with_rows(tree, [&](Bytes& proof, size_t i) {
        const F x = poly::domain_point<F>(tree.log_n, tree.positions[i]);
        add_at(proof, tree.rows[i], x.pow(uint64_t{1} << (tree.log_n - 1)));
      });
      SCOPED_TRACE(tree.name);
      expect_code(verdict, levels == 0 ? Code::kRowCheck : Code::kFinalCheck);
    }
  }
}

// A committed word at distance just above δ·n, and two of a stack corrupted on disjoint sets, each below δ·n
// with the union above: rejected exactly when a corrupted row is opened, which fails to happen with
// probability < (1 − δ)^t.
TYPED_TEST(OpeningTest, CorruptedRowsAreCaughtWhenTheyAreOpened) {
  using F = typename TypeParam::Base;
  // M + R = 48 of n = 128: δ·n = 40.
  for (const auto& sets : {std::vector<std::pair<uint64_t, uint64_t>>{{0, 41}},
                           std::vector<std::pair<uint64_t, uint64_t>>{{0, 30}, {60, 90}}}) {
    int accepted = 0;
    constexpr int kTrials = 60;
    for (int trial = 0; trial < kTrials; ++trial) {
      this->make(trial % 2 == 0 ? 0 : 1, static_cast<uint8_t>(trial));
      Bytes proof = this->proof_;
      bool hit = false;
      size_t used = 0;
      for (const OpenedTree& tree : this->trees_) {
        if (tree.name != "oracle 1" && tree.name != "oracle 2") continue;  // data and activations: one stack
        if (used == sets.size()) break;
        ASSERT_EQ(tree.log_n, 7);
        const auto [begin, end] = sets[used++];
        for (size_t i = 0; i < tree.positions.size(); ++i) {
          if (tree.positions[i] < begin || tree.positions[i] >= end) continue;
          hit = true;
          add_at(proof, tree.rows[i], F(5));
        }
        commit_again(*this->instance_, proof, tree);
      }
      const Status verdict = this->verify(proof);
      EXPECT_EQ(verdict.has_value(), !hit);
      accepted += !hit;
    }
    // (1 − 41/128)^5 = 0.15 and (1 − 60/128)^5 = 0.04.
    EXPECT_LE(accepted, kTrials * 3 / 10);
  }
}

// H's padding is in no constraint: the verifier looks at it when H stands in the proof. In a level absent
// columns are not sent at all.
TYPED_TEST(OpeningTest, PaddingOfHIsZero) {
  this->make(0);
  const uint64_t length = verifier::h_length(this->instance_->parameters);
  ASSERT_LT(length, 1024u);
  for (uint64_t i = length; i < 1024; ++i) {
    Bytes proof = this->proof_;
    add_at(proof, offset_of<TypeParam>(this->fields_, "last_vector", 0, i), TypeParam::one());
    const Status verdict = this->verify(proof);
    expect_code(verdict, Code::kFinalCheck, "padding of H");
    EXPECT_EQ(verdict.error().index, i);
  }
  this->make(1);
  for (const OpenedTree& tree : this->trees_) {
    if (tree.name != "level 0") continue;
    EXPECT_EQ(tree.tree.words, 10u * TypeParam::kDegree);  // of 16 columns
  }
}

// A blinding block that stands where another word's message belongs: the functionals see the difference.
TYPED_TEST(OpeningTest, BlocksOfHInTheWrongSlot) {
  this->make(0);
  const auto blocks = verifier::h_layout(this->instance_->parameters);
  for (size_t i = 0; i < blocks.size(); ++i)
    for (size_t j = 0; j < i; ++j) {
      if (blocks[i].log_size != blocks[j].log_size) continue;
      Bytes proof = this->proof_;
      const size_t bytes = (size_t{8} * TypeParam::kDegree) << blocks[i].log_size;
      const auto at = [&](const verifier::HBlock& b) {
        return proof.begin() + static_cast<long>(offset_of<TypeParam>(this->fields_, "last_vector", 0, b.offset));
      };
      std::swap_ranges(at(blocks[i]), at(blocks[i]) + static_cast<long>(bytes), at(blocks[j]));
      const Status verdict = this->verify(proof);
      ASSERT_FALSE(verdict);
      EXPECT_TRUE(verdict.error().code == Code::kFinalCheck || verdict.error().code == Code::kRowCheck);
    }
}

}  // namespace
}  // namespace tacit::soundness
