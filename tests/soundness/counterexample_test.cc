// For every lemma of docs/soundness_lemmas.md: that it holds, exhaustively where a toy field allows, and for
// each of its hypotheses what goes wrong without it.

#include <set>

#include "opened_trees.h"
#include "tacit/poly/eq.h"
#include "tacit/prover/lookup.h"
#include "tacit/verifier/functional.h"

namespace tacit::soundness {
namespace {

using namespace statement;
using field::Toy;
using field::Toy2;

// ---- Lemma 1: one fold binds early columns

// How many β make f + β·g agree with a constant in at least `agree` of n places although f and g have no
// common set of that size on which both are constant. The code is that of constants: k = 1, rate 1/n.
struct ConstantCode {
  static bool jointly(const std::vector<Toy>& f, const std::vector<Toy>& g, size_t agree) {
    for (size_t i = 0; i < f.size(); ++i) {
      size_t same = 0;
      for (size_t j = 0; j < f.size(); ++j) same += f[j] == f[i] && g[j] == g[i];
      if (same >= agree) return true;
    }
    return false;
  }
  static size_t bad_betas(const std::vector<Toy>& f, const std::vector<Toy>& g, size_t agree) {
    if (jointly(f, g, agree)) return 0;
    size_t bad = 0;
    for (uint64_t beta = 0; beta < Toy::kModulus; ++beta) {
      bool close = false;
      for (size_t i = 0; i < f.size() && !close; ++i) {
        size_t same = 0;
        for (size_t j = 0; j < f.size(); ++j) same += f[j] + Toy(beta) * g[j] == f[i] + Toy(beta) * g[i];
        close = same >= agree;
      }
      bad += close;
    }
    return bad;
  }
};

TEST(OneFold, WithinUniqueDecodingFewBetasAreBad) {
  // n = 4, rate 1/4: δ = 3/8, one error. Every g up to scale and shift, and random f.
  std::mt19937_64 random(1);
  for (uint64_t g1 = 0; g1 < 8; ++g1)
    for (uint64_t g2 = 0; g2 < 8; ++g2)
      for (uint64_t g3 = 0; g3 < 8; ++g3) {
        std::vector<Toy> f(4);
        for (Toy& x : f) x = Toy(random() % 8);
        EXPECT_LE(ConstantCode::bad_betas(f, {Toy(0), Toy(g1), Toy(g2), Toy(g3)}, 3), 4u);
      }
}
TEST(OneFold, WithoutUniqueDecodingMoreThanNAreBad) {
  // Two errors of four: each of the six pairs of places has its own β.
  const std::vector<Toy> f{Toy(0), Toy(1), Toy(3), Toy(7)}, g{Toy(0), Toy(10), Toy(25), Toy(47)};
  EXPECT_EQ(ConstantCode::bad_betas(f, g, 2), 6u);
}

// The columns must be fixed before β: for every f, β ≠ 0 and codeword h there is a g with f + β·g = h.
TEST(OneFold, WithoutEarlyColumnsAnyWordFolds) {
  const std::vector<Toy> f{Toy(5), Toy(9), Toy(200), Toy(31)};
  const Toy beta(17), h(3);
  std::vector<Toy> g;
  for (const Toy& x : f) g.push_back((h - x) * beta.inverse());
  EXPECT_FALSE(ConstantCode::jointly(f, g, 3));
  for (size_t i = 0; i < f.size(); ++i) EXPECT_EQ(f[i] + beta * g[i], h);
}

// ⟨g, v⟩ and all u must be fixed before β. Who knows β shows wrong u: two of them that cancel in the cell's
// value, and the mask's value makes up for the rest.
TEST(OneFold, WithAKnownBetaWrongFunctionalsPass) {
  using E = field::Goldilocks2;
  const Instance<E> instance(make_sample(), make_parameters<E>(Work::kNone));
  const auto cheat = [&](Bytes proof, const PredictableCoins& coins, const std::vector<verifier::Field>& fields) {
    const System& system = instance.sample.system;
    const int bits = verifier::claim_bits(system), rows = system.oracles[2].log_rows;
    std::vector<E> point(static_cast<size_t>(bits));
    for (int t = bits; t-- > 0;)
      point[static_cast<size_t>(t)] = coins.predict<E>(Label::kClaimPoint, static_cast<uint64_t>(bits - 1 - t));
    const size_t high = static_cast<size_t>(system.oracles[2].log_address() - rows);
    const std::vector<E> column = poly::eq_table<E>(std::span<const E>(point).subspan(static_cast<size_t>(rows), high));
    const uint64_t before =
        static_cast<uint64_t>(log2_ceil(verifier::stack_limbs(system, instance.parameters.stacks[0])));
    std::vector<E> mu(static_cast<size_t>(log2_ceil(verifier::stack_limbs(system, instance.parameters.stacks[1]))));
    for (size_t i = 0; i < mu.size(); ++i) mu[i] = coins.predict<E>(Label::kMu, before + i);
    const std::vector<E> weight = poly::eq_table<E>(mu);
    const E beta = coins.predict<E>(Label::kBeta, 1);
    const size_t first = system.oracles[1].limbs;  // the activations' limbs follow the data's
    add_at(proof, offset_of<E>(fields, "fold_functional", 1, first), column[1]);
    add_at(proof, offset_of<E>(fields, "fold_functional", 1, first + 1), -column[0]);
    add_at(proof, offset_of<E>(fields, "mask_functional", 1, 0),
           -(beta * (weight[first] * column[1] - weight[first + 1] * column[0])));
    return proof;
  };
  PredictableCoins coins(4), same(4), again(4);
  ASSERT_GE(instance.sample.system.oracles[2].limbs, 2u);
  const Bytes proof = instance.prove(1, coins);
  std::vector<verifier::Field> fields;
  ASSERT_TRUE(instance.verify(proof, same, &fields));
  const Bytes bad = cheat(proof, again, fields);
  ASSERT_NE(bad, proof);
  PredictableCoins known(4);
  EXPECT_TRUE(instance.verify(bad, known));
  // A β that was not foreseen.
  PredictableCoins other(4);
  other.fix(Label::kBeta, 1, E::one());
  PredictableCoins proving(other), reading(other), judging(other);
  const Bytes unforeseen = instance.prove(1, proving);
  ASSERT_TRUE(instance.verify(unforeseen, reading));
  expect_code(instance.verify(cheat(unforeseen, again, fields), judging), Code::kFinalCheck);
  // With the transcript the same change moves β.
  const Bytes real = instance.prove(1);
  fields.clear();
  ASSERT_TRUE(instance.verify(real, &fields));
  EXPECT_FALSE(instance.verify(cheat(real, again, fields)));
}

// ---- Lemma 2: accumulators at the leaf point

// ρ must be drawn after all cells are committed. Who knows it chooses cells whose error vanishes there: three
// unknowns for the two equations over F that one over E is.
TEST(Accumulators, WithAKnownPointErrorsVanish) {
  using E = field::Goldilocks2;
  using F = E::Base;
  Sample sample = make_sample();
  const PredictableCoins coins(4);
  const int depth = verifier::leaf_layout(sample.system).depth;
  uint64_t draw = 0;
  for (int s = 0; s + 1 < depth; ++s) draw += static_cast<uint64_t>(s + 1);
  std::vector<E> point(static_cast<size_t>(depth));
  for (int t : verifier::binding_order(depth - 1))
    point[static_cast<size_t>(t)] = coins.predict<E>(Label::kGkrPoint, draw++);
  point.back() = coins.predict<E>(Label::kGkrPoint, draw);
  const Space& space = sample.system.tensors[sample.pair].space;
  const verifier::Weight<E> w = verifier::point_weight<E>(space, point);
  const auto weight = [&](size_t i) { return w.axes[0].values[i / 3] * w.axes[1].values[i % 3]; };
  // e₀·weight(0) + e₁·weight(1) = −weight(2)
  const E x = weight(0), y = weight(1), z = -weight(2);
  const F det = (x[0] * y[1] - x[1] * y[0]).inverse();
  const F error[3] = {(z[0] * y[1] - z[1] * y[0]) * det, (x[0] * z[1] - x[1] * z[0]) * det, F::one()};
  for (size_t i = 0; i < 3; ++i) {
    const uint64_t cell = (F::from_i64(sample.assignment.tensors[sample.pair][i]) + error[i]).value();
    // The integer of int64 that stands for it.
    sample.assignment.tensors[sample.pair][i] =
        cell < (uint64_t{1} << 63) ? static_cast<int64_t>(cell) : -static_cast<int64_t>(F::kModulus - cell);
  }
  const Instance<E> instance(sample, make_parameters<E>(Work::kNone));
  ASSERT_FALSE(satisfies(instance.sample.system, instance.sample.assignment));
  PredictableCoins proving(coins), judging(coins), other(5), others(5);
  EXPECT_TRUE(instance.verify(instance.prove(1, proving), judging));
  expect_code(instance.verify(instance.prove(1, other), others), Code::kFinalCheck);
  expect_code(instance.verify(instance.prove(1)), Code::kFinalCheck);
}

// λ must be drawn after all s_k, η after all claims. Who knows both shifts two accumulators' values.
TEST(Accumulators, WithKnownBatchingOffsetsCancel) {
  using E = field::Goldilocks2;
  const Instance<E> instance(make_sample(), make_parameters<E>(Work::kNone));
  // Claims: 0, 1 the leaves, 2 the identity of z, 4 that of s. Values 2 and 3 of the list are their
  // accumulators.
  PredictableCoins coins(4);
  const E eta = coins.predict<E>(Label::kEta, 0), delta = E::one();
  const auto cheat = [&](const E& lambda, const PredictableCoins& used) {
    PredictableCoins proving(used), reading(used), judging(used);
    Bytes proof = instance.prove(1, proving);
    std::vector<verifier::Field> fields;
    EXPECT_TRUE(instance.verify(proof, reading, &fields));
    add_at(proof, offset_of<E>(fields, "accumulator", 0, 2), -(lambda * delta));
    add_at(proof, offset_of<E>(fields, "accumulator", 0, 3), delta);
    return instance.verify(proof, judging);
  };
  // λ²·(−λδ) + λ³·δ = 0 in the sumcheck; −η²·(−λδ) − η⁴·δ = 0 in the claims when λ = η².
  expect_code(cheat(coins.predict<E>(Label::kLambda, 0), coins), Code::kFinalCheck);
  PredictableCoins related(coins);
  related.fix(Label::kLambda, 0, eta * eta);
  EXPECT_TRUE(cheat(eta * eta, related));
}

// Within a relation axes use disjoint coordinates: an antisymmetric error hides when they share one.
TEST(Accumulators, WithSharedCoordinatesAntisymmetricErrorsVanish) {
  const Space square{{whole_axis(2), whole_axis(2)}};
  const int error[2][2] = {{0, 1}, {-1, 0}};
  size_t zeros = 0;
  for (uint64_t a = 0; a < Toy::kModulus; ++a) {
    const Toy2 r{Toy(a)};
    Toy2 shared = Toy2::zero();
    const Toy2 eq[2] = {Toy2::one() - r, r};
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j) shared += eq[i] * eq[j] * Toy::from_i64(error[i][j]);
    EXPECT_EQ(shared, Toy2::zero());
    for (uint64_t b = 0; b < Toy::kModulus; ++b) {
      const std::vector<Toy2> point{r, Toy2(Toy(b))};
      ASSERT_EQ(verifier::point_bits(square), 2);
      const verifier::Weight<Toy2> w = verifier::point_weight<Toy2>(square, point);
      Toy2 sum = Toy2::zero();
      for (size_t i = 0; i < 2; ++i)
        for (size_t j = 0; j < 2; ++j) sum += w.axes[0].values[i] * w.axes[1].values[j] * Toy::from_i64(error[i][j]);
      zeros += sum == Toy2::zero();
    }
  }
  EXPECT_EQ(zeros, Toy::kModulus);  // one point in |F|: degree 1 in each coordinate, not all
}

// The batch label is summed, never evaluated: extensions do not multiply.
TEST(Accumulators, BatchLabelsAtAPointDoNotMultiply) {
  const Toy2 r = Toy2(Toy(2)), one = Toy2::one();
  const auto extend = [&](int x, int y) {
    return (one - r) * Toy(static_cast<uint64_t>(x)) + r * Toy(static_cast<uint64_t>(y));
  };
  EXPECT_FALSE(extend(3, 5) * extend(2, 7) == extend(3 * 2, 5 * 7));
}

// ---- Lemma 3: fewer leaves than p

// 257 equal values outside the table: their fractions add to zero in characteristic 257.
TEST(Counting, WithoutFewerLeavesThanPEqualLeavesVanish) {
  for (uint32_t n : {256u, 257u}) {
    Builder b;
    const OracleId act = b.oracle(OracleKind::kActivations);
    const Space space{{{n, 0, false}}};
    const TensorId x = b.tensor(act, space, {0, 3});
    b.lookup(space, b.range_table(act, 0, 2), {b.cell(x)});
    System system = b.take();
    place(system, {9});
    Assignment assignment;
    assignment.tensors = {std::vector<int64_t>(n, 77), {0, 0, 0, 0}};
    const verifier::LookupChallenges<Toy2> challenges{Toy2(Toy(3)), [] {
                                                        Toy2 alpha;
                                                        alpha[0] = Toy(5),
                                                        alpha[1] = Toy(1);  // not in the base field: no pole
                                                        return alpha;
                                                      }()};
    const prover::Fractions<Toy2> leaves = prover::make_leaves<Toy2>(system, assignment, challenges);
    Toy2 sum = Toy2::zero();
    for (size_t i = 0; i < leaves.p.size(); ++i) sum += leaves.p.get(i) * leaves.q.get(i).inverse();
    EXPECT_EQ(sum == Toy2::zero(), n == 257) << n;
    expect_code(check(system, {.modulus = 257}), Code::kMayWrap, "leaves");
    EXPECT_TRUE(check(system, {.modulus = 257 + 5}));
  }
}

// ---- Lemma 4: shorter sums at prefix 0

TEST(Prefix, TheFactorMakesTheLongSumTheShortOne) {
  // Σ_x A(x)·C(x) on one bit, as a sum on three: with the factor (1 − r) for the two upper bits the sum over
  // the cube is the same; without it, four times that.
  std::mt19937_64 random(2);
  for (int round = 0; round < 100; ++round) {
    Toy a[2], c[2];
    for (int i = 0; i < 2; ++i) a[i] = Toy(random() % 257), c[i] = Toy(random() % 257);
    const Toy sum = a[0] * c[0] + a[1] * c[1];
    Toy with = Toy(0), without = Toy(0);
    for (int x = 0; x < 8; ++x) {
      const Toy term = a[x & 1] * c[x & 1];
      without += term;
      if (x >> 1 == 0) with += term;
    }
    EXPECT_EQ(with, sum);
    EXPECT_EQ(without, Toy(4) * sum);
  }
  verifier::SumcheckEnd<Toy2> end;
  end.point = {Toy2(Toy(2)), Toy2(Toy(3)), Toy2(Toy(5))};
  EXPECT_EQ(end.prefix(3), Toy2::one());
  EXPECT_EQ(end.prefix(1), (Toy2::one() - end.point[1]) * (Toy2::one() - end.point[2]));
}

// ---- Lemma 5: saturating requantisation has one witness

// acc ≡ 2^s·(o + e) + rem, rem in [0, 2^s), (o, e) in U_w = {(o, 0)} ∪ {(high, v)} ∪ {(low, −v)}, v < 2^w,
// all mod p.
struct Requantisation {
  int64_t s, low, high, w, p;
  // Every (o, rem) that the relations admit for this accumulator.
  std::set<std::pair<int64_t, int64_t>> witnesses(int64_t acc, bool check_rem = true, bool signs = true) const {
    std::set<std::pair<int64_t, int64_t>> out;
    for (int64_t rem = 0; rem < (check_rem ? int64_t{1} << s : p); ++rem)
      for (int64_t o = low; o <= high; ++o)
        for (int64_t v = 0; v < (int64_t{1} << w); ++v)
          for (int64_t e : {v, -v}) {
            if (e != 0 && signs && o != (e > 0 ? high : low)) continue;
            if ((acc - (o + e) * (int64_t{1} << s) - rem) % p == 0) out.insert({o, rem});
          }
    return out;
  }
  // No wrap: 2^s·(max|o + e|) + rem + |acc| < p.
  int64_t domain_low() const { return (low - (int64_t{1} << w) + 1) * (int64_t{1} << s); }
  int64_t domain_high() const { return (high + (int64_t{1} << w)) * (int64_t{1} << s) - 1; }
  bool no_wrap() const { return domain_high() - domain_low() < p; }
};

TEST(Requantise, HasExactlyTheClampedWitness) {
  int tried = 0;
  for (int64_t p : {61, 127, 257})
    for (int64_t s : {0, 1, 2, 3})
      for (int64_t w : {1, 2, 3})
        for (auto [low, high] : {std::pair<int64_t, int64_t>{-4, 3}, {0, 7}, {-1, 0}, {-2, 1}}) {
          const Requantisation r{s, low, high, w, p};
          if (!r.no_wrap()) continue;
          ++tried;
          for (int64_t acc = r.domain_low(); acc <= r.domain_high(); ++acc) {
            const int64_t m = acc >> s;
            const std::set<std::pair<int64_t, int64_t>> want{{std::clamp(m, low, high), acc - m * (int64_t{1} << s)}};
            ASSERT_EQ(r.witnesses(acc), want) << p << ' ' << s << ' ' << w << ' ' << low << ' ' << acc;
          }
        }
  EXPECT_GT(tried, 50);
}
TEST(Requantise, WithoutNoWrapThereAreTwo) {
  const Requantisation r{2, -4, 3, 2, 37};
  ASSERT_FALSE(r.no_wrap());
  size_t most = 0;
  for (int64_t acc = r.domain_low(); acc <= r.domain_high(); ++acc) most = std::max(most, r.witnesses(acc).size());
  EXPECT_GT(most, 1u);  // output and remainder shifted by p
}
TEST(Requantise, WithoutARemainderInRangeAnyOutputPasses) {
  const Requantisation r{2, -4, 3, 2, 257};
  std::set<int64_t> outputs;
  for (auto [o, rem] : r.witnesses(5, false)) outputs.insert(o);
  EXPECT_EQ(outputs.size(), 8u);
}
TEST(Requantise, WithoutSignsAtTheEndsAnyOutputPasses) {
  const Requantisation r{2, -4, 3, 2, 257};
  EXPECT_GT(r.witnesses(5, true, false).size(), 1u);
}
// Two limbs of excess (e₀ + 2^w·c, both rows of U_w with the same o) give one witness as well.
TEST(Requantise, TwoLimbsOfExcess) {
  const int64_t s = 1, low = -2, high = 1, w = 1, p = 257;
  for (int64_t acc = -20; acc < 20; ++acc) {
    std::set<std::array<int64_t, 4>> found;
    for (int64_t rem = 0; rem < 2; ++rem)
      for (int64_t o = low; o <= high; ++o)
        for (int64_t e0 = -1; e0 <= 1; ++e0)
          for (int64_t c = -1; c <= 1; ++c) {
            const auto in_table = [&](int64_t e) { return e == 0 || o == (e > 0 ? high : low); };
            if (!in_table(e0) || !in_table(c)) continue;
            if ((acc - 2 * (o + e0 + (c << w)) - rem) % p == 0) found.insert({o, rem, e0, c});
          }
    const int64_t m = acc >> s;
    const bool inside = m >= low - 3 && m <= high + 3;
    EXPECT_EQ(found.size(), inside ? 1u : 0u) << acc;
    if (inside) {
      EXPECT_EQ((*found.begin())[0], std::clamp(m, low, high));
    }
  }
}

// ---- Lemma 6: digits of a wide remainder

// lo in [0, 2^w) and (rem − lo)·2^−w in [0, 2^(s−w)) mod p leave exactly rem in [0, 2^s), once each.
TEST(Digits, TwoLimbsCoverTheRangeOnce) {
  for (uint64_t s = 2; s <= 7; ++s)
    for (uint64_t w = 1; w < s; ++w) {
      std::vector<int> witnesses(Toy::kModulus, 0);
      const Toy unit = Toy(uint64_t{1} << w).inverse();
      for (uint64_t rem = 0; rem < Toy::kModulus; ++rem)
        for (uint64_t lo = 0; lo < (uint64_t{1} << w); ++lo)
          witnesses[rem] += ((Toy(rem) - Toy(lo)) * unit).value() < (uint64_t{1} << (s - w));
      for (uint64_t rem = 0; rem < Toy::kModulus; ++rem) EXPECT_EQ(witnesses[rem], rem < (uint64_t{1} << s) ? 1 : 0);
    }
}
// Without the low limb's range every value passes; with a multiple in range alone, fractions do.
TEST(Digits, WithoutTheLowLimbFractionsPass) {
  const uint64_t s = 2, w = 4;
  std::set<uint64_t> passing;
  for (uint64_t rem = 0; rem < Toy::kModulus; ++rem)
    if ((Toy(rem) * Toy(uint64_t{1} << (w - s))).value() < (uint64_t{1} << w)) passing.insert(rem);
  EXPECT_EQ(passing.size(), uint64_t{1} << w);
  EXPECT_TRUE(passing.count(Toy(uint64_t{1} << (w - s)).inverse().value()));
}

// ---- Lemma 7: the padding row

// Leaves in padding hold a public constant. Whatever it is, a lookup outside the table is not helped by it;
// were padding a cell, it could cancel nothing either, since all leaves of lookups have the same sign.
TEST(PaddingRow, CountsLikeALookup) {
  Builder b;
  const OracleId act = b.oracle(OracleKind::kActivations);
  const Space space{{{5, 1, false}}};
  const TensorId x = b.tensor(act, space, {0, 3});
  b.lookup(space, b.range_table(act, 0, 2), {b.cell(x)});
  System system = b.take();
  place(system, {4});
  const verifier::LookupChallenges<Toy2> challenges{Toy2(Toy(3)), [] {
                                                      Toy2 alpha;
                                                      alpha[0] = Toy(5), alpha[1] = Toy(1);
                                                      return alpha;
                                                    }()};
  const auto holds = [&](std::vector<int64_t> cells, std::vector<int64_t> counts) {
    Assignment assignment;
    assignment.tensors = {std::move(cells), std::move(counts)};
    const auto leaves = prover::make_leaves<Toy2>(system, assignment, challenges);
    Toy2 sum = Toy2::zero();
    for (size_t i = 0; i < leaves.p.size(); ++i) sum += leaves.p.get(i) * leaves.q.get(i).inverse();
    return sum == Toy2::zero();
  };
  EXPECT_TRUE(holds({0, 1, 2, 3, 3}, {2, 1, 1, 2}));   // row 0 counted once more
  EXPECT_FALSE(holds({0, 1, 2, 3, 3}, {1, 1, 1, 2}));  // padding forgotten
  for (int64_t m = 0; m < 257; ++m) EXPECT_FALSE(holds({0, 1, 2, 3, 4}, {2, 1, 1, m}));
}

}  // namespace
}  // namespace tacit::soundness
