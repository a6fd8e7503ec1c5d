#include "tacit/receipt/registration.h"

#include <gtest/gtest.h>

#include <functional>

#include "tacit/statement/assignment.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"

namespace tacit::receipt {
namespace {

using namespace statement;

// A model of nothing but weights: one tensor for each range.
PublicModel weights_model(const std::vector<std::pair<Interval, uint32_t>>& tensors) {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights);
  b.oracle(OracleKind::kActivations);
  for (const auto& [range, length] : tensors) b.tensor(weights, {{strip_axis(length)}}, range);
  return {b.take(), {}, {}, {}};
}

// The witness of a registration for weights that may be out of range.
Assignment witness(const RegistrationSystem& derived, const std::vector<std::vector<int64_t>>& weights) {
  Assignment a;
  a.tensors.resize(derived.system.tensors.size());
  for (const RegisteredTensor& tensor : derived.tensors) {
    a.tensors[tensor.tensor] = weights[tensor.source];
    const int64_t low = derived.system.tensors[tensor.tensor].range.low;
    for (size_t i = 0; i < tensor.digits.size(); ++i)
      for (const int64_t w : weights[tensor.source])
        a.tensors[tensor.digits[i]].push_back((w - low) >> (tensor.digit_bits * i) & ((1 << tensor.digit_bits) - 1));
  }
  return a;
}

Status holds(const RegistrationSystem& derived, const std::vector<std::vector<int64_t>>& weights) {
  Assignment a = witness(derived, weights);
  TACIT_TRY(count_multiplicities(derived.system, a));
  return satisfies(derived.system, a);
}

TEST(Registration, AcceptsExactlyTheDeclaredRanges) {
  const Interval ranges[] = {{0, 0},
                             {5, 6},
                             {-8, 7},
                             {-128, 127},
                             {-32768, 32767},
                             {0, 65535},
                             {-100, 411},
                             {-(1 << 19), (1 << 19) - 1},
                             {INT32_MIN, INT32_MAX},
                             {1, int64_t{1} << 40}};
  for (const Interval range : ranges)
    for (const uint32_t length : {1u, 3u, 300u}) {
      const auto derived = registration_system(weights_model({{range, length}}));
      ASSERT_TRUE(derived) << derived.error().message();
      System system = derived->system;
      place(system, {10, 10});
      EXPECT_TRUE(check(system));
      std::vector<std::vector<int64_t>> weights{std::vector<int64_t>(length, range.low)};
      weights[0].back() = range.high;
      EXPECT_TRUE(holds(*derived, weights)) << range.low;
      for (const int64_t bad : {range.low - 1, range.high + 1}) {
        weights[0][length / 2] = bad;
        EXPECT_EQ(holds(*derived, weights).error().code, Code::kConstraintViolated) << bad;
      }
    }
}

// The digits are the prover's, but no others than the right ones do.
TEST(Registration, LeavesNoFreedomInTheDigits) {
  const auto derived = registration_system(weights_model({{{INT32_MIN, INT32_MAX}, 4}}));
  ASSERT_TRUE(derived);
  const RegisteredTensor& tensor = derived->tensors[0];
  ASSERT_GE(tensor.digits.size(), 1u);
  Assignment good = witness(*derived, {{-5, 0, 77, INT32_MAX}});
  for (const TensorId digit : tensor.digits)
    for (const int64_t step : {-1, 1}) {
      Assignment bad = good;
      bad.tensors[digit][1] += step;
      EXPECT_EQ(count_multiplicities(derived->system, bad).error().code, Code::kConstraintViolated);
    }
}

// One large table for many weights, small ones for few.
TEST(Registration, ChoosesDigitsByCost) {
  const Interval range{-32768, 32767};
  EXPECT_LT(registration_system(weights_model({{range, 100}}))->tensors[0].digit_bits, 9);
  EXPECT_EQ(registration_system(weights_model({{range, 1 << 20}}))->tensors[0].digit_bits, 16);
  EXPECT_TRUE(registration_system(weights_model({{range, 1 << 20}}))->tensors[0].digits.empty());
}

TEST(Registration, RefusesRangesThatItCannotProve) {
  for (const Interval range : {Interval{0, 2}, Interval{-1, 1}, Interval{0, 1000}, Interval{INT64_MIN, INT64_MAX},
                               Interval{INT64_MIN, INT64_MIN + 1}, Interval{0, INT64_MAX}}) {
    const auto derived = registration_system(weights_model({{{0, 255}, 4}, {range, 4}}));
    ASSERT_FALSE(derived);
    EXPECT_EQ(derived.error().code, Code::kBadInterval);
    EXPECT_EQ(derived.error().index, 1u);
  }
}

TEST(Registration, HasNothingToDoWithoutWeights) {
  const auto derived = registration_system(weights_model({}));
  ASSERT_TRUE(derived);
  EXPECT_TRUE(derived->tensors.empty());
}

TEST(Registration, WantsTheWeightsInOracleZeroAlone) {
  PublicModel model = weights_model({{{0, 255}, 4}});
  for (const OracleKind kind : {OracleKind::kWeights, OracleKind::kData}) {
    model.system.oracles[1].kind = kind;
    EXPECT_EQ(registration_system(model).error().code, Code::kBadStatement);
  }
  model.system.oracles[0].kind = OracleKind::kActivations;
  EXPECT_EQ(registration_system(model).error().code, Code::kBadStatement);
  model = weights_model({{{0, 255}, 4}});
  model.system.tensors[0].space.axes[0].batched = true;
  EXPECT_EQ(registration_system(model).error().code, Code::kBadStatement);
}

// A model that looks something up in a committed column.
PublicModel table_model(int64_t start) {
  Builder b;
  const OracleId weights = b.oracle(OracleKind::kWeights), own = b.oracle(OracleKind::kActivations);
  const TensorId column = b.tensor(weights, {{whole_axis(16)}}, {-32768, 32767});
  b.table(own, {{4, {{ColumnKind::kAffine, -8, 1, 0}, {ColumnKind::kCells, start, 0, column}}, 0}});
  PublicModel model{b.take(), {}, {}, {}};
  model.tables = {{column, functions::Function::kSigmoid, 4, -8, -2, -10}};
  return model;
}

TEST(Registration, HoldsTablesToTheirFunctions) {
  const std::vector<int64_t> values = *functions::generate(table_model(0).tables[0]);
  const PublicModel model = table_model(values[0]);
  const auto derived = registration_system(model);
  ASSERT_TRUE(derived) << derived.error().message();
  EXPECT_TRUE(holds(*derived, {values}));
  std::vector<int64_t> other = values;
  other[9] += 1;
  EXPECT_EQ(holds(*derived, {other}).error().code, Code::kConstraintViolated);

  EXPECT_EQ(registration_system(table_model(values[0] + 1)).error().code, Code::kBadStatement);
  PublicModel bad = model;
  bad.tables[0].bits = 5;
  EXPECT_EQ(registration_system(bad).error().code, Code::kBadStatement);
  bad = model;
  bad.tables[0].tensor = 77;
  EXPECT_EQ(registration_system(bad).error().code, Code::kBadStatement);
  bad = model;
  bad.tables.push_back(bad.tables[0]);
  EXPECT_EQ(registration_system(bad).error().code, Code::kBadStatement);
  bad = model;
  bad.tables[0].in_exponent = 21;
  EXPECT_EQ(registration_system(bad).error().code, Code::kUnsupported);
  bad = model;
  bad.system.tensors[0].range = {0, 255};
  EXPECT_EQ(registration_system(bad).error().code, Code::kBadInterval);
}

// Without a generator the column is the model's own, but its row 0 stands in the padding and must be what it says.
TEST(Registration, ShowsRowZeroOfOtherColumns) {
  PublicModel model = table_model(5);
  model.tables.clear();
  const auto derived = registration_system(model);
  ASSERT_TRUE(derived);
  std::vector<int64_t> values(16, 9);
  EXPECT_EQ(holds(*derived, {values}).error().place, "identity");
  values[0] = 5;
  EXPECT_TRUE(holds(*derived, {values}));
}

// One root stands for the same weights in every proof only if every proof opens it with the same code.
TEST(WeightStack, IsTheCommittedOne) {
  const WeightCommitment committed{10, 8, 13, 40};
  verifier::Parameters good;
  good.stacks = {{{1}, {6}, 9, 12, 20, 0}, {{kWeightOracle, 2}, {8, 6}, 10, 13, 40, 0}};
  ASSERT_TRUE(check_weight_stack(committed, good));
  const std::function<void(verifier::Stack&)> changes[] = {
      [](verifier::Stack& s) { s.log_rows = 11; },
      [](verifier::Stack& s) { s.log_domain = 14; },
      [](verifier::Stack& s) { s.log_blinding[0] = 7; },
      [](verifier::Stack& s) { s.log_blinding[1] = 9; },  // the stack's code grows beyond the weights' own
      [](verifier::Stack& s) { s.log_blinding.clear(); },
      [](verifier::Stack& s) { s.oracles[0] = 3; },
  };
  for (const auto& change : changes) {
    verifier::Parameters bad = good;
    change(bad.stacks[1]);
    const Status verdict = check_weight_stack(committed, bad);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code, Code::kBadParameters);
    EXPECT_EQ(verdict.error().place, "weights");
  }
  // Fewer or more queries open the same code.
  good.stacks[1].queries = 30;
  EXPECT_TRUE(check_weight_stack(committed, good));
}

}  // namespace
}  // namespace tacit::receipt
