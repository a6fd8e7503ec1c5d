// Hand-written statements, proven and verified over both profiles, without any model. The toy field has tests of its own
// (tests/zero_knowledge).

#include "tacit/prover/prove.h"

#include <gtest/gtest.h>

#include <random>

#include "tacit/field/fields.h"
#include "tacit/parallel/parallel.h"
#include "tacit/simd/level.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"

namespace tacit::prover {
namespace {

using namespace statement;
using verifier::Parameters;
using verifier::Stack;

struct Example {
  System system;
  Assignment assignment;
};

// y[s, r] = Σ_i x[s, i]·w[r, i]; x and w in [0, 4); y in a table of 64 rows; z = y + 3·x₀; one public output.
Example dense_example(uint32_t samples, uint32_t inputs, uint32_t outputs) {
  std::mt19937_64 random(7);
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), act = b.oracle(OracleKind::kActivations);
  const Space x_space{{strip_axis(samples), strip_axis(inputs)}}, y_space{{strip_axis(samples), strip_axis(outputs)}};
  const TensorId w = b.tensor(weights, {{strip_axis(outputs), strip_axis(inputs)}}, {0, 3});
  const TensorId x = b.tensor(act, x_space, {0, 3});
  const TensorId z = b.tensor(act, y_space, {0, 200});
  const PublicId out = b.stated(y_space, {0, 200});
  const TableId small = b.range_table(act, 0, 2), wide = b.range_table(act, 0, 6);
  b.lookup(x_space, small, {b.cell(x)});
  Contraction k;
  k.labels = {{strip_axis(samples), strip_axis(outputs), whole_axis(inputs)}};
  k.roles = {Role::kLeft, Role::kRight, Role::kInner};
  k.a = scaled(Source::kTensor, x, 1, {axis(0), axis(2)});
  k.c = scaled(Source::kTensor, w, 1, {axis(1), axis(2)});
  const ContractionId y = b.contraction(k);
  const View y_view = direct(Source::kAccumulator, y, 2);
  b.lookup(y_space, wide, {y_view});
  b.identity(y_space, b.cell(z, -1) + y_view + scaled(Source::kTensor, x, 3, {axis(0), {}}));
  b.identity(y_space, b.cell(z) + direct(Source::kPublic, out, 2, -1));
  Example e{b.take(), {}};
  place(e.system, {2, 3});
  e.assignment.tensors.resize(e.system.tensors.size());
  e.assignment.publics.resize(e.system.publics.size());
  e.assignment.accumulators.resize(1);
  for (TensorId id : {w, x})
    for (uint64_t i = 0; i < e.system.tensors[id].space.elements(); ++i)
      e.assignment.tensors[id].push_back(static_cast<int64_t>(random() % (inputs > 7 ? 2 : 4)));
  contract(e.system, e.assignment, 0);
  e.assignment.tensors[z] =
      evaluate(e.system, e.assignment, y_space, y_view + scaled(Source::kTensor, x, 3, {axis(0), {}}));
  e.assignment.publics[out] = e.assignment.tensors[z];
  EXPECT_TRUE(count_multiplicities(e.system, e.assignment));
  return e;
}

// Two stacks, two levels; not secure, only well formed.
Parameters small_parameters(const System& system, int pads_log_rows) {
  Parameters p;
  for (uint32_t o = 0; o < system.oracles.size(); ++o) {
    const uint8_t rows = system.oracles[o].log_rows;
    p.stacks.push_back({{o}, {2}, rows, static_cast<uint8_t>(rows + 3), 3, 0});
  }
  p.pads = {static_cast<uint8_t>(pads_log_rows), 2, static_cast<uint8_t>(pads_log_rows + 1), 3, 0};
  return p;
}

template <class E>
class ProveTest : public testing::Test {
 protected:
  using F = typename E::Base;

  Bytes prove_example(const Example& e, const Parameters& parameters, Bytes context = {}) {
    SeededRandomness<F> weights_random{hash::Seed({1})};
    const Matrix<F> weights = commit_fixed<F>(e.system, e.assignment, 0, parameters.stacks[0], weights_random);
    root_ = weights.root();
    statement_.emplace(verifier::Statement{e.system, parameters, {e.assignment.publics}, {root_}, context});
    for (uint8_t attempt = 2; attempt < 50; ++attempt) {
      SeededRandomness<F> random{hash::Seed({attempt})};
      verifier::FiatShamirCoins coins(verifier::kProtocolName);
      Result<Bytes> proof = prove<E>({*statement_, e.assignment, {&weights}, random, nullptr}, coins);
      if (proof) return *proof;
      EXPECT_EQ(proof.error().code, Code::kUnlucky) << proof.error().message();
    }
    ADD_FAILURE() << "no luck";
    return {};
  }
  Status check(const Bytes& proof) {
    verifier::FiatShamirCoins coins(verifier::kProtocolName);
    return verifier::verify<E>(*statement_, proof, coins);
  }
  hash::Digest root_;
  std::optional<verifier::Statement> statement_;
};

using Fields = testing::Types<field::Goldilocks2, field::Goldilocks3>;
TYPED_TEST_SUITE(ProveTest, Fields);

TYPED_TEST(ProveTest, DenseLayer) {
  for (auto [samples, inputs, outputs] : {std::array<uint32_t, 3>{1, 4, 2}, {3, 5, 3}, {2, 9, 1}}) {
    const Example e = dense_example(samples, inputs, outputs);
    ASSERT_TRUE(check(e.system));
    ASSERT_TRUE(satisfies(e.system, e.assignment));
    const Parameters parameters = small_parameters(e.system, 9);
    const Bytes proof = this->prove_example(e, parameters);
    const Status verdict = this->check(proof);
    EXPECT_TRUE(verdict) << verdict.error().message();
  }
}

TYPED_TEST(ProveTest, Levels) {
  const Example e = dense_example(3, 5, 3);
  Parameters parameters = small_parameters(e.system, 9);
  parameters.levels = {{6, 8, 4, 0, 0}, {4, 7, 4, 3, 2}, {2, 5, 4, 0, 0}};
  parameters.query_grinding = 3;
  parameters.alpha_grinding = 2;
  const Bytes proof = this->prove_example(e, parameters);
  const Status verdict = this->check(proof);
  EXPECT_TRUE(verdict) << verdict.error().message();
  Bytes bad = proof;
  bad.push_back(0);
  EXPECT_EQ(this->check(bad).error().code, Code::kTrailingBytes);
}

// A fixed seed gives the same bytes at every vector level and thread count.
TYPED_TEST(ProveTest, SameBytesEverywhere) {
  const Example e = dense_example(5, 40, 24);
  Parameters parameters = small_parameters(e.system, 10);
  for (Stack& stack : parameters.stacks) stack.log_domain = 9;
  parameters.levels = {{6, 8, 4, 0, 0}, {3, 7, 4, 3, 2}};
  parameters.query_grinding = 5;
  const simd::Level before = simd::active_level();
  Bytes first;
  for (simd::Level level : simd::available_levels())
    for (size_t threads : {1, 2, 3}) {
      simd::set_level(level);
      parallel::set_threads(threads);
      const Bytes proof = this->prove_example(e, parameters);
      EXPECT_TRUE(this->check(proof));
      if (first.empty()) first = proof;
      EXPECT_EQ(proof, first) << simd::level_name(level) << " " << threads;
    }
  parallel::set_threads(0);
  simd::set_level(before);
}

}  // namespace
}  // namespace tacit::prover
