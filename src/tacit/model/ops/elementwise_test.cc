#include <cmath>

#include "tacit/model/ops/testing.h"

namespace tacit::model {
namespace {

using enum Code;
using Ints = std::vector<int64_t>;

TEST(Arithmetic, BroadcastsLikeNumpy) {
  const Tensor column = reals({2, 1}, {10, 20});
  const Tensor row = reals({3}, {1, 2, 4});
  expect_near(run_one({"Add", {column, row}}), {2, 3}, {11, 12, 14, 21, 22, 24});
  expect_near(run_one({"Sub", {column, row}}), {2, 3}, {9, 8, 6, 19, 18, 16});
  expect_near(run_one({"Mul", {column, row}}), {2, 3}, {10, 20, 40, 20, 40, 80});
  expect_near(run_one({"Div", {column, row}}), {2, 3}, {10, 5, 2.5, 20, 10, 5});
  expect_near(run_one({"Neg", {row}}), {3}, {-1, -2, -4});
  EXPECT_EQ(refusal({"Add", {reals({2}, {1, 2}), row}}), kBadModel);
}

TEST(Arithmetic, IntegersAreExactAndNeverWrap) {
  EXPECT_EQ(run_one({"Add", {ints({1}, {16777216}), ints({1}, {1})}}), ints({1}, {16777217}));
  EXPECT_EQ(run_one({"Div", {ints({2}, {-7, 7}), ints({}, {2})}}), ints({2}, {-3, 3}));
  EXPECT_EQ(refusal({"Add", {ints({1}, {INT64_MAX}), ints({1}, {1})}}), kUnsupported);
  EXPECT_EQ(refusal({"Mul", {ints({1}, {16}, DType::kUint8), ints({1}, {16}, DType::kUint8)}}), kUnsupported);
  EXPECT_EQ(refusal({"Sub", {ints({1}, {0}, DType::kUint8), ints({1}, {1}, DType::kUint8)}}), kUnsupported);
  EXPECT_EQ(refusal({"Div", {ints({1}, {1}), ints({1}, {0})}}), kUnsupported);
  EXPECT_EQ(refusal({"Div", {ints({1}, {INT64_MIN}), ints({1}, {-1})}}), kUnsupported);
  EXPECT_EQ(refusal({"Neg", {ints({1}, {INT64_MIN})}}), kUnsupported);
}

TEST(Arithmetic, RefusesMixedTypes) {
  EXPECT_EQ(refusal({"Add", {ints({1}, {1}), reals({1}, {1})}}), kBadModel);
  EXPECT_EQ(refusal({"Add", {ints({1}, {1}, DType::kBool), ints({1}, {1}, DType::kBool)}}), kUnsupported);
}

TEST(Activation, Values) {
  const Tensor x = reals({4}, {-2, -0.5, 0, 3});
  expect_near(run_one({"Relu", {x}}), {4}, {0, 0, 0, 3});
  EXPECT_EQ(run_one({"Relu", {ints({2}, {-5, 5})}}), ints({2}, {0, 5}));
  expect_near(run_one({"LeakyRelu", {x}}), {4}, {-0.02, -0.005, 0, 3});
  expect_near(run_one({"LeakyRelu", {x}, {{"alpha", 0.5}}}), {4}, {-1, -0.25, 0, 3});
  expect_near(run_one({"Sigmoid", {reals({3}, {0, 1000, -1000})}}), {3}, {0.5, 1, 0});
  expect_near(run_one({"Sigmoid", {reals({1}, {std::log(3.0)})}}), {1}, {0.75});
  expect_near(run_one({"Tanh", {reals({2}, {0, std::log(2.0)})}}), {2}, {0, 0.6});
  EXPECT_EQ(refusal({"Sigmoid", {ints({1}, {0})}}), kUnsupported);
}

TEST(Activation, PReluSlopeBroadcastsOneWay) {
  const Tensor x = reals({2, 2}, {-1, -2, 3, -4});
  expect_near(run_one({"PRelu", {x, reals({2}, {0.5, 0.25})}}), {2, 2}, {-0.5, -0.5, 3, -1});
  EXPECT_EQ(refusal({"PRelu", {reals({1}, {1}), reals({2}, {1, 1})}}), kBadModel);
}

TEST(Activation, ClipByAttributesAndByInputs) {
  const Tensor x = reals({3}, {-2, 0.5, 9});
  expect_near(run_one({"Clip", {x}, {{"min", -1.0}, {"max", 6.0}}, 10}), {3}, {-1, 0.5, 6});
  expect_near(run_one({"Clip", {x}, {}, 10}), {3}, {-2, 0.5, 9});
  expect_near(run_one({"Clip", {x, reals({}, {-1}), reals({}, {6})}}), {3}, {-1, 0.5, 6});
  expect_near(run_one({"Clip", {x, std::nullopt, reals({}, {6})}}), {3}, {-2, 0.5, 6});
  EXPECT_EQ(run_one({"Clip", {ints({2}, {-3, 3}), ints({}, {0})}}), ints({2}, {0, 3}));
  EXPECT_EQ(refusal({"Clip", {x, reals({2}, {0, 0})}}), kBadModel);
  EXPECT_EQ(refusal({"Clip", {x}, {{"min", -1.0}}, 11}), kUnsupported);
}

TEST(Identity, PassesThrough) {
  const Tensor x = reals({2}, {1, -1});
  EXPECT_EQ(run_one({"Identity", {x}}), x);
  EXPECT_EQ(run_one({"Dropout", {x}, {{"ratio", 0.5}}, 7}), x);
  const Result<Tensors> both = run_op({"Dropout", {x, reals({}, {0.5})}, {}, 13, 2});
  ASSERT_TRUE(both.has_value());
  EXPECT_EQ((*both)[0], x);
  EXPECT_EQ((*both)[1], ints({2}, {1, 1}, DType::kBool));
  EXPECT_EQ(refusal({"Dropout", {x, reals({}, {0.5}), ints({}, {1}, DType::kBool)}, {}, 13}), kUnsupported);
}

TEST(Cast, TruncatesRoundsAndRefuses) {
  const auto to = [](int64_t type) { return Attributes{{"to", type}}; };
  EXPECT_EQ(run_one({"Cast", {reals({3}, {-1.9, 1.9, 200})}, to(7)}), ints({3}, {-1, 1, 200}));
  EXPECT_EQ(run_one({"Cast", {reals({2}, {0, -0.1})}, to(9)}), ints({2}, {0, 1}, DType::kBool));
  EXPECT_EQ(run_one({"Cast", {ints({1}, {16777217})}, to(1)}), reals({1}, {16777216}));
  EXPECT_EQ(run_one({"Cast", {reals({3}, {2049, 1e-9, 65519})}, to(10)}),
            reals({3}, {2048, 0, 65504}, DType::kFloat16));
  EXPECT_EQ(run_one({"Cast", {reals({1}, {257})}, to(16)}), reals({1}, {256}, DType::kBFloat16));
  EXPECT_EQ(refusal({"Cast", {reals({1}, {300})}, to(3)}), kUnsupported);
  EXPECT_EQ(refusal({"Cast", {reals({1}, {0x1p63})}, to(7)}), kUnsupported);
  EXPECT_EQ(refusal({"Cast", {reals({1}, {1})}, to(8)}), kUnsupported);
}

TEST(Softmax, AlongAnAxisOrFlattened) {
  const double l = std::log(3.0);
  const Tensor x = reals({2, 2}, {0, l, l, 0});
  expect_near(run_one({"Softmax", {x}}), {2, 2}, {0.25, 0.75, 0.75, 0.25});
  expect_near(run_one({"Softmax", {x}, {{"axis", int64_t{0}}}}), {2, 2}, {0.25, 0.75, 0.75, 0.25});
  const Tensor cube = reals({1, 2, 2}, {0, 0, 0, l});
  const double s = 1.0 / 6;
  expect_near(run_one({"Softmax", {cube}, {}, 12}), {1, 2, 2}, {s, s, s, 0.5});
  expect_near(run_one({"Softmax", {cube}, {}, 13}), {1, 2, 2}, {0.5, 0.5, 0.25, 0.75});
  expect_near(run_one({"Softmax", {cube}, {{"axis", int64_t{1}}}, 13}), {1, 2, 2}, {0.5, 0.25, 0.5, 0.75});
  expect_near(run_one({"Softmax", {reals({2}, {5000, 5000})}}), {2}, {0.5, 0.5});
  EXPECT_EQ(refusal({"Softmax", {cube}, {{"axis", int64_t{3}}}}), kBadModel);
}

TEST(Table, RefusesWhatItDoesNotKnow) {
  const Tensor x = reals({1}, {1});
  EXPECT_EQ(refusal({"Frobnicate", {x}}), kUnsupported);
  EXPECT_EQ(refusal({"Relu", {x}, {}, 6}), kUnsupported);
  EXPECT_EQ(refusal({"Relu", {x}, {{"slope", 1.0}}}), kUnsupported);
  EXPECT_EQ(refusal({"Relu", {x, x}}), kBadModel);
  EXPECT_EQ(refusal({"Relu", {std::nullopt}}), kBadModel);
  EXPECT_EQ(refusal({"LeakyRelu", {x}, {{"alpha", int64_t{1}}}}), kBadModel);
  EXPECT_EQ(refusal({.op = "Relu", .inputs = {x}, .n_outputs = 2}), kUnsupported);
  EXPECT_EQ(refusal({.op = "Relu", .inputs = {x}, .n_outputs = 0}), kBadModel);
}

TEST(Table, HasOneEntryPerVersion) {
  for (const Operator& op : OperatorTable::get().all()) {
    EXPECT_EQ(OperatorTable::get().find(op.domain, op.name, op.opsets.min), &op);
    EXPECT_EQ(OperatorTable::get().find(op.domain, op.name, op.opsets.max), &op);
    EXPECT_GE(op.opsets.min, kMinOpset);
    EXPECT_LE(op.opsets.max, kMaxOpset);
  }
}

}  // namespace
}  // namespace tacit::model
