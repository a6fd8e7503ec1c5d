#include "tacit/model/ops/testing.h"

namespace tacit::model {
namespace {

using enum Code;
using Ints = std::vector<int64_t>;

Tensor counted(Shape shape) {
  Tensor t({DType::kFloat32, std::move(shape)});
  for (size_t i = 0; i < t.size(); ++i) t.reals()[i] = static_cast<double>(i);
  return t;
}

TEST(Gemm, ScalesTransposesAndBroadcasts) {
  const Tensor a = reals({2, 2}, {1, 2, 3, 4});
  const Tensor b = reals({2, 2}, {5, 6, 7, 8});
  expect_near(run_one({"Gemm", {a, b}}), {2, 2}, {19, 22, 43, 50});
  expect_near(run_one({"Gemm", {a, b}, {{"transA", int64_t{1}}}}), {2, 2}, {26, 30, 38, 44});
  expect_near(run_one({"Gemm", {a, b}, {{"transB", int64_t{1}}}}), {2, 2}, {17, 23, 39, 53});
  expect_near(run_one({"Gemm", {a, b, reals({2}, {1, 2})}, {{"alpha", 0.5}, {"beta", 2.0}}}), {2, 2},
              {11.5, 15, 23.5, 29});
  expect_near(run_one({"Gemm", {a, b, reals({2, 1}, {1, 2})}}), {2, 2}, {20, 23, 45, 52});
  EXPECT_EQ(refusal({"Gemm", {a, reals({3, 1}, {1, 2, 3})}}), kBadModel);
  EXPECT_EQ(refusal({"Gemm", {a, b, reals({3}, {1, 2, 3})}}), kBadModel);
  EXPECT_EQ(refusal({"Gemm", {a, b}, {}, 10}), kBadModel);
}

TEST(MatMul, VectorsStacksAndIntegers) {
  const Tensor m = reals({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor v = reals({3}, {1, 0, -1});
  expect_near(run_one({"MatMul", {m, v}}), {2}, {-2, -2});
  expect_near(run_one({"MatMul", {v, v}}), {}, {2});
  expect_near(run_one({"MatMul", {reals({2}, {1, 1}), m}}), {3}, {5, 7, 9});
  const Tensor stack = reals({2, 1, 2}, {1, 2, 3, 4});
  expect_near(run_one({"MatMul", {stack, reals({2, 1}, {10, 1})}}), {2, 1, 1}, {12, 34});
  EXPECT_EQ(run_one({"MatMul", {ints({1, 2}, {16777216, 1}), ints({2, 1}, {1, 1})}}), ints({1, 1}, {16777217}));
  EXPECT_EQ(refusal({"MatMul", {ints({1, 2}, {INT64_MAX, 1}), ints({2, 1}, {1, 1})}}), kUnsupported);
  EXPECT_EQ(refusal({"MatMul", {m, m}}), kBadModel);
  EXPECT_EQ(refusal({"MatMul", {reals({}, {1}), v}}), kBadModel);
}

TEST(Conv, OneAxis) {
  const Tensor x = reals({1, 1, 4}, {1, 2, 3, 4});
  const Tensor w = reals({1, 1, 2}, {1, 10});
  expect_near(run_one({"Conv", {x, w}}), {1, 1, 3}, {21, 32, 43});
  expect_near(run_one({"Conv", {x, w, reals({1}, {100})}, {{"strides", Ints{2}}}}), {1, 1, 2}, {121, 143});
  expect_near(run_one({"Conv", {x, w}, {{"pads", Ints{1, 0}}}}), {1, 1, 4}, {10, 21, 32, 43});
  expect_near(run_one({"Conv", {x, w}, {{"dilations", Ints{2}}}}), {1, 1, 2}, {31, 42});
  expect_near(run_one({"Conv", {x, w}, {{"auto_pad", std::string("SAME_UPPER")}}}), {1, 1, 4}, {21, 32, 43, 4});
  expect_near(run_one({"Conv", {x, w}, {{"auto_pad", std::string("SAME_LOWER")}}}), {1, 1, 4}, {10, 21, 32, 43});
  expect_near(run_one({"Conv", {x, w}, {{"auto_pad", std::string("VALID")}}}), {1, 1, 3}, {21, 32, 43});
}

TEST(Conv, TwoAxesWithChannels) {
  const Tensor x = counted({1, 2, 3, 3});
  const Tensor w = reals({1, 2, 2, 2}, {1, 0, 0, 1, 0, 1, 1, 0});
  // (x[0,i,j] + x[0,i+1,j+1]) + (x[1,i,j+1] + x[1,i+1,j])
  expect_near(run_one({"Conv", {x, w}}), {1, 1, 2, 2}, {26, 30, 38, 42});
}

TEST(Conv, GroupsAndDepthwise) {
  const Tensor x = reals({1, 2, 2}, {1, 2, 3, 4});
  expect_near(run_one({"Conv", {x, reals({2, 1, 1}, {10, 100})}, {{"group", int64_t{2}}}}), {1, 2, 2},
              {10, 20, 300, 400});
  expect_near(run_one({"Conv", {x, reals({4, 1, 1}, {1, 2, 3, 4})}, {{"group", int64_t{2}}}}), {1, 4, 2},
              {1, 2, 2, 4, 9, 12, 12, 16});
}

TEST(Conv, ThreeAxesAndBatch) {
  const Tensor x = counted({2, 1, 2, 2, 2});
  expect_near(run_one({"Conv", {x, reals({1, 1, 2, 2, 2}, std::vector<double>(8, 1))}}), {2, 1, 1, 1, 1}, {28, 92});
}

TEST(Conv, Refuses) {
  const Tensor x = counted({1, 1, 4});
  const Tensor w = counted({1, 1, 2});
  EXPECT_EQ(refusal({"Conv", {x, counted({1, 2, 2})}}), kBadModel);
  EXPECT_EQ(refusal({"Conv", {x, counted({1, 1, 5})}}), kBadModel);
  EXPECT_EQ(refusal({"Conv", {x, w, counted({2})}}), kBadModel);
  EXPECT_EQ(refusal({"Conv", {x, w}, {{"group", int64_t{0}}}}), kBadModel);
  EXPECT_EQ(refusal({"Conv", {x, w}, {{"strides", Ints{0}}}}), kBadModel);
  EXPECT_EQ(refusal({"Conv", {x, w}, {{"strides", Ints{1, 1}}}}), kBadModel);
  EXPECT_EQ(refusal({"Conv", {x, w}, {{"pads", Ints{INT64_MAX, 0}}}}), kTooLarge);
  EXPECT_EQ(refusal({"Conv", {x, w}, {{"kernel_shape", Ints{3}}}}), kBadModel);
  EXPECT_EQ(refusal({"Conv", {x, w}, {{"auto_pad", std::string("MAYBE")}}}), kBadModel);
}

TEST(Pool, AverageCountsPaddingOnRequest) {
  const Tensor x = reals({1, 1, 3}, {2, 4, 6});
  const Attributes base = {{"kernel_shape", Ints{2}}, {"pads", Ints{1, 1}}};
  Attributes counting = base;
  counting["count_include_pad"] = int64_t{1};
  expect_near(run_one({"AveragePool", {x}, base}), {1, 1, 4}, {2, 3, 5, 6});
  expect_near(run_one({"AveragePool", {x}, counting}), {1, 1, 4}, {1, 3, 5, 3});
}

TEST(Pool, CeilModeCountsNothingBeyondThePadding) {
  const Tensor x = reals({1, 1, 4}, {1, 2, 3, 4});
  const Attributes ceil = {
      {"kernel_shape", Ints{3}}, {"strides", Ints{2}}, {"ceil_mode", int64_t{1}}, {"count_include_pad", int64_t{1}}};
  expect_near(run_one({"AveragePool", {x}, ceil}), {1, 1, 2}, {2, 3.5});
  // A last window that would start in the padding is dropped.
  const Attributes dropped = {
      {"kernel_shape", Ints{1}}, {"strides", Ints{2}}, {"ceil_mode", int64_t{1}}, {"pads", Ints{0, 1}}};
  expect_near(run_one({"AveragePool", {x}, dropped}), {1, 1, 2}, {1, 3});
}

TEST(Pool, Max) {
  const Tensor x = reals({1, 2, 2, 2}, {-1, -2, -3, -4, 5, 6, 7, 8});
  expect_near(run_one({"MaxPool", {x}, {{"kernel_shape", Ints{2, 2}}}}), {1, 2, 1, 1}, {-1, 8});
  expect_near(run_one({"MaxPool", {x}, {{"kernel_shape", Ints{2, 1}}, {"pads", Ints{1, 0, 0, 0}}}}), {1, 2, 2, 2},
              {-1, -2, -1, -2, 5, 6, 7, 8});
  const Tensor line = reals({1, 1, 5}, {9, 1, 2, 8, 3});
  expect_near(run_one({"MaxPool", {line}, {{"kernel_shape", Ints{2}}, {"dilations", Ints{3}}}}), {1, 1, 2}, {9, 3});
  expect_near(
      run_one({"MaxPool", {line}, {{"kernel_shape", Ints{2}}, {"strides", Ints{2}}, {"ceil_mode", int64_t{1}}}}),
      {1, 1, 3}, {9, 8, 3});
  EXPECT_EQ(run_one({"MaxPool", {ints({1, 1, 2}, {-3, -2}, DType::kInt8)}, {{"kernel_shape", Ints{2}}}}),
            ints({1, 1, 1}, {-2}, DType::kInt8));
  EXPECT_EQ(refusal({.op = "MaxPool", .inputs = {line}, .attributes = {{"kernel_shape", Ints{2}}}, .n_outputs = 2}),
            kUnsupported);
  EXPECT_EQ(refusal({"MaxPool", {line}, {{"kernel_shape", Ints{1}}, {"pads", Ints{1, 0}}}}), kBadModel);
  EXPECT_EQ(refusal({"MaxPool", {line}}), kBadModel);
}

TEST(Pool, Global) {
  const Tensor x = reals({1, 2, 2, 2}, {1, 2, 3, 6, -5, -6, -7, -8});
  expect_near(run_one({"GlobalAveragePool", {x}}), {1, 2, 1, 1}, {3, -6.5});
  expect_near(run_one({"GlobalMaxPool", {x}}), {1, 2, 1, 1}, {6, -5});
  EXPECT_EQ(refusal({"GlobalMaxPool", {reals({1, 2}, {1, 2})}}), kBadModel);
  EXPECT_EQ(refusal({"GlobalMaxPool", {reals({1, 1, 0}, {})}}), kBadModel);
}

TEST(BatchNormalization, Inference) {
  const Tensor x = reals({1, 2, 2}, {1, 3, 10, 20});
  const OpCase c = {"BatchNormalization",
                    {x, reals({2}, {2, 1}), reals({2}, {0, 5}), reals({2}, {1, 10}), reals({2}, {3, 24})},
                    {{"epsilon", 1.0}}};
  expect_near(run_one(c), {1, 2, 2}, {0, 2, 5, 7});
  OpCase training = c;
  training.attributes["training_mode"] = int64_t{1};
  EXPECT_EQ(refusal(training), kUnsupported);
  OpCase short_mean = c;
  short_mean.inputs[3] = reals({1}, {1});
  EXPECT_EQ(refusal(short_mean), kBadModel);
}

TEST(Reduce, SumAndMean) {
  const Tensor x = reals({2, 3}, {1, 2, 3, 4, 5, 6});
  expect_near(run_one({"ReduceSum", {x, ints({1}, {0})}}), {1, 3}, {5, 7, 9});
  expect_near(run_one({"ReduceSum", {x, ints({1}, {-1})}, {{"keepdims", int64_t{0}}}}), {2}, {6, 15});
  expect_near(run_one({"ReduceSum", {x}, {{"keepdims", int64_t{0}}}}), {}, {21});
  expect_near(run_one({"ReduceSum", {x}, {{"noop_with_empty_axes", int64_t{1}}}}), {2, 3}, {1, 2, 3, 4, 5, 6});
  expect_near(run_one({"ReduceSum", {x}, {{"axes", Ints{1}}}, 12}), {2, 1}, {6, 15});
  expect_near(run_one({"ReduceMean", {x}, {{"axes", Ints{1}}}, 17}), {2, 1}, {2, 5});
  expect_near(run_one({"ReduceMean", {x, ints({2}, {0, 1})}, {}, 18}), {1, 1}, {3.5});
  EXPECT_EQ(run_one({"ReduceSum", {ints({2}, {16777216, 1})}}), ints({1}, {16777217}));
  EXPECT_EQ(refusal({"ReduceSum", {ints({2}, {INT64_MAX, 1})}}), kUnsupported);
  EXPECT_EQ(refusal({"ReduceSum", {x, ints({1}, {2})}}), kBadModel);
  EXPECT_EQ(refusal({"ReduceSum", {x, ints({2}, {0, -2})}}), kBadModel);
  EXPECT_EQ(refusal({"ReduceMean", {reals({0}, {})}}), kBadModel);
}

}  // namespace
}  // namespace tacit::model
