// Duties of a verifier that others have missed, one test each.

#include "sample.h"
#include "tacit/verifier/error_terms.h"
#include "tacit/verifier/layers.h"
#include "tacit/verifier/parameters_samples_test.h"

namespace tacit::soundness {
namespace {

using namespace statement;
using verifier::Profile;
using E = field::Goldilocks2;

// ---- what a proof is about is absorbed

class Absorbed : public testing::Test {
 protected:
  // A valid proof is rejected when the verifier's side of the statement is another; first with the
  // transcript, where the challenges move, then with work, where the nonces of the first do not fit.
  template <class Change>
  void expect_bound(Change&& change) {
    for (Work work : {Work::kNone, Work::kSome}) {
      Instance<E> instance(make_sample(), make_parameters<E>(work));
      const Bytes proof = instance.prove(1);
      ASSERT_TRUE(instance.verify(proof));
      change(instance);
      expect_code(instance.verify(proof), work == Work::kNone ? Code::kMerklePath : Code::kGrinding);
    }
  }
};

TEST_F(Absorbed, PublicValues) {
  for (size_t i = 0; i < 6; ++i) expect_bound([&](Instance<E>& x) { x.publics.stated[x.sample.out][i] += 1; });
}
TEST_F(Absorbed, Context) {
  expect_bound([](Instance<E>& x) { x.context = {'d'}; });
  expect_bound([](Instance<E>& x) { x.context = {}; });
  expect_bound([](Instance<E>& x) { x.context = {'c', 0}; });
}
TEST_F(Absorbed, Roots) {
  for (size_t o : {0, 1}) expect_bound([&](Instance<E>& x) { x.roots[o].bytes[31] ^= 1; });
  expect_bound([](Instance<E>& x) { std::swap(x.roots[0], x.roots[1]); });
}
// Changes of the system that no other step would see.
TEST_F(Absorbed, System) {
  expect_bound([](Instance<E>& x) { x.sample.system.tensors[x.sample.x].range.high = 4; });
  expect_bound([](Instance<E>& x) { x.sample.system.publics[0].range.high = 101; });
  expect_bound([](Instance<E>& x) { x.sample.system.tensors[x.sample.x].space.axes[0].batched = true; });
  // A constant that is multiplied by zero in all: 5·1 − 5 stands in z's identity.
  expect_bound([](Instance<E>& x) {
    x.sample.system.publics[1].values[0] = 2;
    x.sample.system.publics[1].range = {2, 2};
    x.sample.system.identities[0].view.constant = -10;
  });
}
// Changes of the parameters that no other step would see.
TEST_F(Absorbed, Parameters) {
  expect_bound([](Instance<E>& x) { x.parameters.stacks[1].log_blinding[1] = 2; });
  expect_bound([](Instance<E>& x) { x.parameters.levels[1].johnson = 4; });
  expect_bound([](Instance<E>& x) { x.parameters.profile = Profile::k128; });
}
// Under predictable coins the publics are still in the claims.
TEST_F(Absorbed, PublicValuesAreInTheClaimsToo) {
  Instance<E> instance(make_sample(), make_parameters<E>(Work::kNone));
  PredictableCoins coins(1);
  const Bytes proof = instance.prove(1, coins);
  for (size_t i = 0; i < 6; ++i) {
    instance.publics.stated[instance.sample.out][i] += 1;
    PredictableCoins same(1);
    expect_code(instance.verify(proof, same), Code::kFinalCheck, "last vector");
    instance.publics.stated[instance.sample.out][i] -= 1;
  }
}

// ---- the statement's form

TEST(StatementForm, IsCheckedBeforeTheProofIsRead) {
  const auto refused = [](auto&& change, Code code, const char* place) {
    Instance<E> instance(make_sample(), make_parameters<E>(Work::kNone));
    const Bytes proof = instance.prove(1);
    change(instance);
    expect_code(instance.verify(proof), code, place);
    expect_code(verifier::verify(instance.statement(), proof), code, place);
  };
  refused([](auto& x) { x.context.resize((1 << 16) + 1); }, Code::kTooLarge, "context");
  refused([](auto& x) { x.publics.stated.pop_back(); }, Code::kWrongStatement, "publics");
  refused([](auto& x) { x.publics.stated[0].pop_back(); }, Code::kWrongStatement, "public");
  refused([](auto& x) { x.publics.stated[1].push_back(1); }, Code::kWrongStatement, "public");  // a constant
  refused([](auto& x) { x.publics.stated[0][0] = 101; }, Code::kWrongStatement, "public");
  refused([](auto& x) { x.publics.stated[0][5] = -101; }, Code::kWrongStatement, "public");
  refused([](auto& x) { x.roots.pop_back(); }, Code::kWrongStatement, "roots");
  refused([](auto& x) { x.roots.emplace_back(); }, Code::kWrongStatement, "roots");
}

TEST(StatementForm, EmptyAndLongerProofs) {
  const Instance<E> instance(make_sample(), make_parameters<E>(Work::kNone));
  expect_code(instance.verify(Bytes{}), Code::kTruncated);
  Bytes proof = instance.prove(1);
  proof.push_back(0);
  expect_code(instance.verify(proof), Code::kTrailingBytes);
}

// ---- parameters

TEST(ParameterDuties, WeakenedInAnyWay) {
  const System system = verifier::small_system();
  const Parameters good = verifier::small_parameters();
  ASSERT_TRUE(verifier::check_parameters(system, good));
  const auto refused = [&](auto&& change, Code code) {
    Parameters p = good;
    change(p);
    const auto ledger = verifier::check_parameters(system, p);
    ASSERT_FALSE(ledger);
    EXPECT_STREQ(code_name(ledger.error().code), code_name(code)) << ledger.error().message();
  };
  refused([](Parameters& p) { p.stacks[0].queries -= 2; }, Code::kInsecureParameters);
  refused([](Parameters& p) { p.pads.queries -= 2; }, Code::kInsecureParameters);
  refused([](Parameters& p) { p.levels[0].queries -= 2; }, Code::kInsecureParameters);
  refused([](Parameters& p) { p.levels[0].fold_grinding -= 1; }, Code::kInsecureParameters);
  refused([](Parameters& p) { p.query_grinding -= 2; }, Code::kInsecureParameters);
  refused([](Parameters& p) { p.stacks[0].queries = 0; }, Code::kBadParameters);
  refused([](Parameters& p) { p.pads.queries = 0; }, Code::kBadParameters);
  refused([](Parameters& p) { p.levels[0].queries = 0; }, Code::kBadParameters);
  refused([](Parameters& p) { p.levels[0].johnson = 1; }, Code::kBadParameters);
  refused([](Parameters& p) { p.levels[1].log_rows = p.levels[0].log_rows; }, Code::kBadParameters);
  refused([](Parameters& p) { p.stacks.clear(); }, Code::kBadParameters);
  refused([](Parameters& p) { p.stacks[0].oracles = {0, 0}; }, Code::kBadParameters);
}

// ---- lookups

// x is looked up in table 0, whose rows are 0 … 3; table 1 holds 4 … 7.
Sample two_tables(int64_t x) {
  Builder b;
  Sample s;
  const OracleId act = b.oracle(OracleKind::kActivations);
  const Space space{{whole_axis(4)}};
  s.x = b.tensor(act, space, {0, 3});
  const TensorId y = b.tensor(act, space, {4, 7});
  const TableId low = b.range_table(act, 0, 2), high = b.range_table(act, 4, 2);
  b.lookup(space, low, {b.cell(s.x)});
  b.lookup(space, high, {b.cell(y)});
  s.system = b.take();
  place(s.system, {5});
  s.assignment.tensors = {{0, 1, 2, 3}, {4, 5, 6, 7}, {1, 1, 1, 1}, {1, 1, 1, 1}};
  if (x > 3) {
    // The last x becomes a value of the other table, and is counted there at the row before it: key 1 + γ·x
    // is 2 + γ·(x − 1) when γ = 1.
    s.assignment.tensors[0][3] = x;
    s.assignment.tensors[2][3] = 0;
    ++s.assignment.tensors[3][static_cast<size_t>(x - 1 - 4)];
  }
  return s;
}

// (tag 1, v = 5) against (tag 2, v = 4): γ keeps them apart, and nothing else does.
TEST(Lookups, TagsAreKeptApartByGamma) {
  ASSERT_TRUE(check(two_tables(3).system));
  const Parameters p = plain_parameters<E>(two_tables(3).system);
  const Instance<E> honest(two_tables(3), p), cheat(two_tables(5), p);
  EXPECT_TRUE(honest.verify(honest.prove(1)));
  ASSERT_FALSE(satisfies(cheat.sample.system, cheat.sample.assignment));
  const Result<Bytes> refused = cheat.try_prove(1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kConstraintViolated);
  PredictableCoins coins(1);
  coins.fix(Label::kGamma, 0, E::one());
  PredictableCoins same(coins);
  EXPECT_TRUE(cheat.verify(cheat.prove(1, coins), same));
}

// Table tags start at 1: the key of (0, 0, …) in the first table is not that of nothing at all, and tables
// differ.
TEST(Lookups, TagsAreDistinctAndNotZero) {
  for (TableId t = 0; t < 100; ++t) {
    EXPECT_FALSE(verifier::table_tag<E>(t) == E::zero());
    for (TableId u = 0; u < t; ++u) EXPECT_FALSE(verifier::table_tag<E>(t) == verifier::table_tag<E>(u));
  }
}

// α equal to a key: the prover can't form the fractions, and no forged inverse of a zero denominator helps.
TEST(Lookups, AlphaEqualToAKeyIsUnlucky) {
  const Instance<E> instance(two_tables(3), plain_parameters<E>(two_tables(3).system));
  PredictableCoins coins(1);
  const E gamma = coins.predict<E>(Label::kGamma, 0);
  for (uint64_t v : {0, 3}) {
    PredictableCoins pole(coins);
    pole.fix(Label::kAlpha, 0, verifier::table_tag<E>(0) + gamma * E::Base(v));
    const Result<Bytes> proof = instance.try_prove(1, pole);
    ASSERT_FALSE(proof);
    EXPECT_EQ(proof.error().code, Code::kUnlucky);
  }
}

// Answers every read from a list, then with zeros.
template <class T>
class ListChannel final : public verifier::Channel<T> {
 public:
  using verifier::Channel<T>::receive;
  explicit ListChannel(std::vector<T> list) : list_(std::move(list)) {}
  void receive(Label, std::span<T> out) override {
    for (T& x : out) x = next_ < list_.size() ? list_[next_++] : T::zero();
  }
  T challenge(Label) override { return T::one() + T::one(); }
  void check_work(Label, uint32_t) override {}

 private:
  std::vector<T> list_;
  size_t next_ = 0;
};

TEST(Lookups, AZeroDenominatorHasNoInverse) {
  using T = field::Toy2;
  for (uint64_t c0 = 0; c0 < 257; ++c0)
    for (uint64_t c1 = 0; c1 < 257; ++c1) {
      T inverse;
      inverse[0] = field::Toy(c0), inverse[1] = field::Toy(c1);
      ListChannel<T> channel({T::zero(), inverse});
      verifier::Veil<T> veil(channel);
      verifier::verify_lookup_tree(veil, 1);
      // Pads are zero here, so that what is received is what is meant.
      const auto& root = veil.products()[0];
      ASSERT_EQ(root.terms.size(), 1u);
      ASSERT_TRUE(root.sum.is_known());
      ASSERT_FALSE(root.terms[0].coefficient * root.terms[0].x.known * root.terms[0].y.known == root.sum.known);
    }
}

// ---- intervals

// Weights count as in range because registration shows it; the same tensor in a proof's own oracle does not.
TEST(Intervals, OnlyRegisteredOraclesAreTrusted) {
  Sample s = make_sample();
  ASSERT_TRUE(check(s.system));
  s.system.oracles[0].kind = OracleKind::kActivations;
  expect_code(check(s.system), Code::kBadInterval, "tensor");
}

// A remainder that is only known to give a small number when it is multiplied by 2^(w−s): 2^−(w−s) mod p
// does, too.
TEST(Intervals, AMultipleInRangeProvesNothing) {
  Builder b;
  const OracleId act = b.oracle(OracleKind::kActivations);
  const Space space{{whole_axis(4)}};
  const TensorId rem = b.tensor(act, space, {0, 3});
  const TableId table = b.range_table(act, 0, 4);
  b.lookup(space, table, {b.cell(rem, 4)});
  Sample s;
  s.system = b.take();
  place(s.system, {5});
  expect_code(check(s.system), Code::kBadInterval, "tensor");
  // It is refused for a reason: rem = 1/4 mod p is no integer below 4, and its multiple is row 1 of the
  // table.
  const field::Goldilocks quarter = field::Goldilocks(4).inverse();
  EXPECT_GT(quarter.value(), 3u);
  EXPECT_EQ(quarter * field::Goldilocks(4), field::Goldilocks::one());
}

}  // namespace
}  // namespace tacit::soundness
