#include "tacit/model/ops/testing.h"

namespace tacit::model {
namespace {

using enum Code;
using Ints = std::vector<int64_t>;

const Tensor kGrid = reals({2, 3}, {1, 2, 3, 4, 5, 6});
const std::vector<double> kSix = {1, 2, 3, 4, 5, 6};

Tensor axes(Ints values) {
  const Shape shape = {static_cast<int64_t>(values.size())};
  return ints(shape, std::move(values));
}

TEST(Reshape, ZeroAndFreeAxes) {
  expect_near(run_one({"Reshape", {kGrid, axes({3, 2})}}), {3, 2}, kSix);
  expect_near(run_one({"Reshape", {kGrid, axes({-1})}}), {6}, kSix);
  expect_near(run_one({"Reshape", {kGrid, axes({0, 1, -1})}}), {2, 1, 3}, kSix);
  expect_near(run_one({"Reshape", {reals({0, 3}, {}), axes({3, 0})}, {{"allowzero", int64_t{1}}}}), {3, 0}, {});
  EXPECT_EQ(refusal({"Reshape", {kGrid, axes({4})}}), kBadModel);
  EXPECT_EQ(refusal({"Reshape", {kGrid, axes({-1, -1})}}), kBadModel);
  EXPECT_EQ(refusal({"Reshape", {kGrid, axes({-1, 4})}}), kBadModel);
  EXPECT_EQ(refusal({"Reshape", {kGrid, axes({-2, -3})}}), kBadModel);
  EXPECT_EQ(refusal({"Reshape", {kGrid, axes({2, 3, 0})}}), kBadModel);
  EXPECT_EQ(refusal({"Reshape", {kGrid, axes({INT64_MAX, INT64_MAX})}}), kTooLarge);
  EXPECT_EQ(refusal({"Reshape", {kGrid, reals({1}, {6})}}), kBadModel);
}

TEST(Reshape, FlattenSqueezeUnsqueeze) {
  const Tensor cube = reals({1, 2, 3}, kSix);
  expect_near(run_one({"Flatten", {cube}}), {1, 6}, kSix);
  expect_near(run_one({"Flatten", {cube}, {{"axis", int64_t{0}}}}), {1, 6}, kSix);
  expect_near(run_one({"Flatten", {cube}, {{"axis", int64_t{-1}}}}), {2, 3}, kSix);
  expect_near(run_one({"Flatten", {cube}, {{"axis", int64_t{3}}}}), {6, 1}, kSix);
  EXPECT_EQ(refusal({"Flatten", {cube}, {{"axis", int64_t{4}}}}), kBadModel);
  expect_near(run_one({"Squeeze", {cube}}), {2, 3}, kSix);
  expect_near(run_one({"Squeeze", {cube, axes({0})}}), {2, 3}, kSix);
  expect_near(run_one({"Squeeze", {cube}, {{"axes", Ints{-3}}}, 11}), {2, 3}, kSix);
  EXPECT_EQ(refusal({"Squeeze", {cube, axes({1})}}), kBadModel);
  expect_near(run_one({"Unsqueeze", {kGrid, axes({0, -1})}}), {1, 2, 3, 1}, kSix);
  expect_near(run_one({"Unsqueeze", {kGrid}, {{"axes", Ints{1}}}, 11}), {2, 1, 3}, kSix);
  EXPECT_EQ(refusal({"Unsqueeze", {kGrid, axes({0, 0})}}), kBadModel);
  EXPECT_EQ(refusal({"Unsqueeze", {kGrid}, {}, 11}), kBadModel);
}

TEST(Broadcast, ExpandAndTile) {
  expect_near(run_one({"Expand", {reals({2, 1}, {1, 2}), axes({3})}}), {2, 3}, {1, 1, 1, 2, 2, 2});
  expect_near(run_one({"Expand", {reals({2}, {1, 2}), axes({2, 1})}}), {2, 2}, {1, 2, 1, 2});
  expect_near(run_one({"Tile", {reals({2, 1}, {1, 2}), axes({2, 2})}}), {4, 2}, {1, 1, 2, 2, 1, 1, 2, 2});
  expect_near(run_one({"Tile", {reals({3}, {1, 2, 3}), axes({0})}}), {0}, {});
  EXPECT_EQ(refusal({"Expand", {kGrid, axes({4})}}), kBadModel);
  EXPECT_EQ(refusal({"Expand", {reals({1}, {1}), axes({int64_t{1} << 40})}}), kTooLarge);
  EXPECT_EQ(refusal({"Tile", {kGrid, axes({1})}}), kBadModel);
  EXPECT_EQ(refusal({"Tile", {kGrid, axes({INT64_MAX, 1})}}), kTooLarge);
  EXPECT_EQ(refusal({"Tile", {kGrid, axes({-1, 1})}}), kBadModel);
}

TEST(Layout, Transpose) {
  expect_near(run_one({"Transpose", {kGrid}}), {3, 2}, {1, 4, 2, 5, 3, 6});
  expect_near(run_one({"Transpose", {reals({1, 2, 3}, kSix)}, {{"perm", Ints{2, 0, 1}}}}), {3, 1, 2},
              {1, 4, 2, 5, 3, 6});
  EXPECT_EQ(refusal({"Transpose", {kGrid}, {{"perm", Ints{0, 0}}}}), kBadModel);
  EXPECT_EQ(refusal({"Transpose", {kGrid}, {{"perm", Ints{0}}}}), kBadModel);
}

TEST(Layout, Concat) {
  const Tensor row = reals({1, 3}, {7, 8, 9});
  expect_near(run_one({"Concat", {kGrid, row}, {{"axis", int64_t{0}}}}), {3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  expect_near(run_one({"Concat", {reals({2, 1}, {7, 8}), kGrid}, {{"axis", int64_t{-1}}}}), {2, 4},
              {7, 1, 2, 3, 8, 4, 5, 6});
  EXPECT_EQ(refusal({"Concat", {kGrid, row}, {{"axis", int64_t{1}}}}), kBadModel);
  EXPECT_EQ(refusal({"Concat", {kGrid, row}}), kBadModel);
  EXPECT_EQ(refusal({"Concat", {kGrid, ints({1, 3}, {1, 2, 3})}, {{"axis", int64_t{0}}}}), kBadModel);
}

TEST(Layout, Split) {
  Result<Tensors> parts = run_op({"Split", {kGrid, axes({1, 2})}, {{"axis", int64_t{1}}}, 13, 2});
  ASSERT_TRUE(parts.has_value());
  expect_near((*parts)[0], {2, 1}, {1, 4});
  expect_near((*parts)[1], {2, 2}, {2, 3, 5, 6});
  parts = run_op({"Split", {kGrid}, {}, 11, 2});
  ASSERT_TRUE(parts.has_value());
  expect_near((*parts)[1], {1, 3}, {4, 5, 6});
  parts = run_op({"Split", {kGrid}, {{"axis", int64_t{1}}, {"num_outputs", int64_t{2}}}, 18, 2});
  ASSERT_TRUE(parts.has_value());
  expect_near((*parts)[0], {2, 2}, {1, 2, 4, 5});
  expect_near((*parts)[1], {2, 1}, {3, 6});
  EXPECT_EQ(refusal({"Split", {kGrid}, {{"axis", int64_t{1}}}, 13, 2}), kBadModel);
  EXPECT_EQ(refusal({"Split", {kGrid, axes({1, 1})}, {{"axis", int64_t{1}}}, 13, 2}), kBadModel);
  EXPECT_EQ(refusal({"Split", {kGrid, axes({4, -1})}, {{"axis", int64_t{1}}}, 13, 2}), kBadModel);
}

TEST(Layout, Gather) {
  expect_near(run_one({"Gather", {kGrid, axes({1, 0, -1})}}), {3, 3}, {4, 5, 6, 1, 2, 3, 4, 5, 6});
  expect_near(run_one({"Gather", {kGrid, ints({}, {2})}, {{"axis", int64_t{1}}}}), {2}, {3, 6});
  expect_near(run_one({"Gather", {kGrid, ints({1, 2}, {0, 2})}, {{"axis", int64_t{1}}}}), {2, 1, 2}, {1, 3, 4, 6});
  EXPECT_EQ(refusal({"Gather", {kGrid, axes({2})}}), kBadModel);
  EXPECT_EQ(refusal({"Gather", {kGrid, axes({-3})}}), kBadModel);
  EXPECT_EQ(refusal({"Gather", {kGrid, reals({1}, {0})}}), kBadModel);
}

TEST(Slice, ClampsLikeNumpy) {
  const Tensor line = reals({6}, kSix);
  const auto slice = [&](Ints start, Ints end, Ints step) {
    return run_one({"Slice", {line, axes(start), axes(end), axes({0}), axes(step)}});
  };
  expect_near(slice({1}, {4}, {1}), {3}, {2, 3, 4});
  expect_near(slice({-2}, {INT64_MAX}, {1}), {2}, {5, 6});
  expect_near(slice({0}, {-1}, {2}), {3}, {1, 3, 5});
  expect_near(slice({-1}, {INT64_MIN}, {-1}), {6}, {6, 5, 4, 3, 2, 1});
  expect_near(slice({4}, {0}, {-3}), {2}, {5, 2});
  expect_near(slice({3}, {3}, {1}), {0}, {});
  expect_near(slice({0}, {6}, {INT64_MAX}), {1}, {1});
  expect_near(slice({5}, {INT64_MIN}, {INT64_MIN}), {1}, {6});
  expect_near(run_one({"Slice", {kGrid, axes({1}), axes({3}), axes({-1})}}), {2, 2}, {2, 3, 5, 6});
  expect_near(run_one({"Slice", {kGrid, axes({1, 0}), axes({2, 2})}}), {1, 2}, {4, 5});
  expect_near(run_one({"Slice", {kGrid}, {{"starts", Ints{1}}, {"ends", Ints{2}}, {"axes", Ints{1}}}, 9}), {2, 1},
              {2, 5});
  EXPECT_EQ(refusal({"Slice", {line, axes({0}), axes({1}), axes({0}), axes({0})}}), kBadModel);
  EXPECT_EQ(refusal({"Slice", {line, axes({0}), axes({1, 2})}}), kBadModel);
  EXPECT_EQ(refusal({"Slice", {line, axes({0}), axes({1}), axes({1})}}), kBadModel);
}

TEST(Pad, Modes) {
  const Tensor line = reals({3}, {1, 2, 3});
  const auto mode = [](const char* name) { return Attributes{{"mode", std::string(name)}}; };
  expect_near(run_one({"Pad", {line, axes({1, 2})}}), {6}, {0, 1, 2, 3, 0, 0});
  expect_near(run_one({"Pad", {line, axes({1, 0}), reals({}, {9})}}), {4}, {9, 1, 2, 3});
  expect_near(run_one({"Pad", {line, axes({-1, 1})}}), {3}, {2, 3, 0});
  expect_near(run_one({"Pad", {line, axes({2, 1})}, mode("reflect")}), {6}, {3, 2, 1, 2, 3, 2});
  expect_near(run_one({"Pad", {line, axes({2, 1})}, mode("edge")}), {6}, {1, 1, 1, 2, 3, 3});
  expect_near(run_one({"Pad", {line, axes({1, 2})}, mode("wrap"), 19}), {6}, {3, 1, 2, 3, 1, 2});
  expect_near(run_one({"Pad", {line}, {{"pads", Ints{0, 1}}, {"value", 7.0}}, 10}), {4}, {1, 2, 3, 7});
  expect_near(run_one({"Pad", {kGrid, axes({1, 0}), std::nullopt, axes({1})}, {}, 18}), {2, 4},
              {0, 1, 2, 3, 0, 4, 5, 6});
  expect_near(run_one({"Pad", {kGrid, axes({0, 1, 1, 0})}}), {3, 4}, {0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0});
  EXPECT_EQ(refusal({"Pad", {line, axes({3, 0})}, mode("reflect")}), kBadModel);
  EXPECT_EQ(refusal({"Pad", {line, axes({1})}}), kBadModel);
  EXPECT_EQ(refusal({"Pad", {line, axes({-2, -2})}}), kBadModel);
  EXPECT_EQ(refusal({"Pad", {line, axes({INT64_MAX, 0})}}), kTooLarge);
  EXPECT_EQ(refusal({"Pad", {line, axes({1, 1})}, mode("sideways")}), kBadModel);
  EXPECT_EQ(refusal({"Pad", {reals({0}, {}), axes({1, 1})}, mode("edge")}), kBadModel);
}

TEST(Constant, Values) {
  const auto shared = [](Tensor t) { return std::make_shared<const Tensor>(std::move(t)); };
  EXPECT_EQ(run_one({"Constant", {}, {{"value", shared(kGrid)}}}), kGrid);
  EXPECT_EQ(run_one({"Constant", {}, {{"value_int", int64_t{5}}}}), ints({}, {5}));
  EXPECT_EQ(run_one({"Constant", {}, {{"value_ints", Ints{5, 6}}}}), ints({2}, {5, 6}));
  EXPECT_EQ(run_one({"Constant", {}, {{"value_float", 0.5}}}), reals({}, {0.5}));
  EXPECT_EQ(run_one({"Constant", {}, {{"value_floats", std::vector<double>{0.5}}}}), reals({1}, {0.5}));
  EXPECT_EQ(refusal({"Constant", {}}), kBadModel);
  EXPECT_EQ(refusal({"Constant", {}, {{"value_string", std::string("x")}}}), kUnsupported);
  EXPECT_EQ(run_one({"ConstantOfShape", {axes({2})}}), reals({2}, {0, 0}));
  EXPECT_EQ(run_one({"ConstantOfShape", {axes({2})}, {{"value", shared(ints({1}, {3}))}}}), ints({2}, {3, 3}));
  EXPECT_EQ(run_one({"ConstantOfShape", {ints({0}, {})}}), reals({}, {0}));
  EXPECT_EQ(refusal({"ConstantOfShape", {axes({-1})}}), kBadModel);
  EXPECT_EQ(refusal({"ConstantOfShape", {axes({1 << 20, 1 << 20})}}), kTooLarge);
}

TEST(Constant, Shape) {
  EXPECT_EQ(run_one({"Shape", {kGrid}}), ints({2}, {2, 3}));
  EXPECT_EQ(run_one({"Shape", {kGrid}, {{"start", int64_t{-1}}}}), ints({1}, {3}));
  EXPECT_EQ(run_one({"Shape", {kGrid}, {{"end", int64_t{1}}}}), ints({1}, {2}));
  EXPECT_EQ(run_one({"Shape", {kGrid}, {{"start", int64_t{2}}, {"end", int64_t{1}}}}), ints({0}, {}));
}

}  // namespace
}  // namespace tacit::model
