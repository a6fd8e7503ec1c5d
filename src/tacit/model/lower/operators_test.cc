// Every operator on tiny shapes: its integer program is close to its float rule, its constraints hold for its
// own witness (one sample and three), and fail when any cell changes.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tacit/model/float/interpreter.h"
#include "tacit/model/fold/fold.h"
#include "tacit/model/lower/forgery_test.h"
#include "tacit/model/lower/report.h"

namespace tacit::model {
namespace {

struct Case {
  std::string op;
  std::vector<Shape> inputs;           // what a user feeds
  std::vector<Tensor> constants = {};  // further inputs, after them
  std::map<std::string, Attribute, std::less<>> attributes = {};
  int opset = 13;
  double tolerance = 2e-3;     // of the output's span
  size_t constants_first = 0;  // 1: the constants stand before the inputs
  double low = -3, high = 3;   // inputs are drawn from here
};

class Noise {
 public:
  explicit Noise(uint64_t seed) : bits_(seed) {}
  double next() { return static_cast<double>(bits_() >> 11) * 0x1p-52 - 1; }
  Tensor tensor(Shape shape, double scale = 1) {
    Tensor t(ValueType{DType::kFloat32, std::move(shape)});
    for (double& v : t.reals()) v = scale * next();
    return t;
  }

 private:
  std::mt19937_64 bits_;
};

Tensor ints(std::vector<int64_t> values) {
  const int64_t n = static_cast<int64_t>(values.size());
  return Tensor(ValueType{DType::kInt64, {n}}, std::move(values));
}

Graph graph_of(const Case& c) {
  Graph graph;
  Node node{.name = "tested", .op = c.op, .opset = c.opset, .attributes = c.attributes};
  for (const Shape& shape : c.inputs) {
    const ValueId id = graph.add_value("x" + std::to_string(graph.inputs.size()));
    graph.values[id].type = ValueType{DType::kFloat32, shape};
    graph.inputs.push_back(id);
    node.inputs.push_back(id);
  }
  std::vector<ValueId> constants;
  for (const Tensor& tensor : c.constants) {
    const ValueId id = graph.add_value("c" + std::to_string(constants.size()));
    graph.values[id].type = tensor.type();
    graph.values[id].constant = std::make_shared<const Tensor>(tensor);
    constants.push_back(id);
  }
  node.inputs.insert(c.constants_first != 0 ? node.inputs.begin() : node.inputs.end(), constants.begin(),
                     constants.end());
  node.outputs = {graph.add_value("y")};
  graph.outputs = node.outputs;
  graph.nodes.push_back(std::move(node));
  return graph;
}

class Operators : public testing::TestWithParam<Case> {};

TEST_P(Operators, Agree) {
  const Case& c = GetParam();
  Graph graph = graph_of(c);
  const Status folded = fold(graph);
  ASSERT_TRUE(folded) << folded.error().message();
  Noise noise(7);
  std::vector<Sample> samples(4);
  for (Sample& sample : samples)
    for (const Shape& shape : c.inputs) {
      sample.push_back(noise.tensor(shape));
      for (double& v : sample.back().reals()) v = c.low + (c.high - c.low) * (v + 1) / 2;
    }
  const auto spreads = calibrate(graph, samples);
  ASSERT_TRUE(spreads) << spreads.error().message();
  const auto model = emit(graph, *spreads, kPlan);
  ASSERT_TRUE(model) << model.error().message();

  const auto report = compare(graph, *model, samples);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_LE(report->outputs[0].max, c.tolerance);
  expect_holds(*model, stacked(*model, samples, 1), 1, {.inputs = false, .outputs = true});
  expect_holds(*model, stacked(*model, samples, 3), 3, {.inputs = true, .outputs = true});
  expect_each_cell_matters(*model, stacked(*model, samples, 1));

  // Far outside of what calibration saw everything saturates, and the constraints still hold.
  std::vector<Sample> wild = samples;
  for (Sample& sample : wild)
    for (Tensor& tensor : sample)
      for (double& v : tensor.reals()) v *= 1e6;
  expect_holds(*model, stacked(*model, wild, 2), 2, {.inputs = true, .outputs = true});
}

std::vector<Case> linear_cases() {
  Noise noise(3);
  auto t = [&](Shape shape) { return noise.tensor(std::move(shape)); };
  const auto list = [](std::vector<int64_t> v) { return Attribute(std::move(v)); };
  return {
      {"Gemm", {{1, 5}}, {t({5, 4}), t({4})}},
      {"Gemm", {{1, 5}}, {t({4, 5}), t({4})}, {{"transB", int64_t{1}}, {"alpha", 0.5}, {"beta", 2.0}}},
      {"Gemm", {{5, 3}}, {t({4, 5}), t({3, 4})}, {{"transA", int64_t{1}}, {"transB", int64_t{1}}}},
      {"Gemm", {{2, 3}, {3, 2}}, {t({1, 2})}},
      {"MatMul", {{2, 3}}, {t({3, 4})}},
      {"MatMul", {{2, 2, 3}}, {t({3, 4})}},
      {"MatMul", {{2, 2, 3}}, {t({2, 3, 2})}},
      {"MatMul", {{3}}, {t({3, 4})}},
      {"MatMul", {{2, 3}}, {t({3})}},
      {"MatMul", {{3, 2}}, {t({4, 3})}, {}, 13, 2e-3, 1},
      {"MatMul", {{3}}, {t({4, 3})}, {}, 13, 2e-3, 1},
      {"MatMul", {{2, 2, 3}, {2, 3, 2}}},
      {"MatMul", {{1, 2, 3}, {2, 3, 2}}},
      {"MatMul", {{2, 3}, {3}}},
      {"Conv", {{1, 2, 4, 4}}, {t({3, 2, 3, 3}), t({3})}},
      {"Conv", {{1, 2, 4, 4}}, {t({3, 2, 3, 3})}, {{"pads", list({1, 1, 1, 1})}}},
      {"Conv", {{1, 1, 5, 4}}, {t({2, 1, 3, 2})}, {{"strides", list({2, 1})}, {"dilations", list({1, 2})}}},
      {"Conv", {{1, 4, 3, 3}}, {t({4, 2, 2, 2}), t({4})}, {{"group", int64_t{2}}}},
      {"Conv", {{1, 3, 3, 3}}, {t({3, 1, 3, 3}), t({3})}, {{"group", int64_t{3}}, {"pads", list({1, 1, 1, 1})}}},
      {"Conv", {{1, 2, 1, 1}}, {t({3, 2, 1, 1})}},
      {"Conv", {{1, 2, 1, 3}}, {t({2, 2, 3, 3})}, {{"pads", list({1, 1, 1, 1})}}},
      {"Conv", {{1, 2, 5}}, {t({3, 2, 3}), t({3})}, {{"pads", list({1, 0})}}},
      {"Conv", {{2, 1, 3, 3}}, {t({2, 1, 2, 2})}},
      {"ConvTranspose", {{1, 2, 3, 3}}, {t({2, 3, 3, 3}), t({3})}},
      {"ConvTranspose",
       {{1, 2, 3, 2}},
       {t({2, 2, 3, 3}), t({2})},
       {{"strides", list({2, 2})}, {"pads", list({1, 1, 0, 0})}}},
      {"ConvTranspose", {{1, 2, 3}}, {t({2, 2, 4})}, {{"strides", list({3})}, {"pads", list({2, 1})}}},
      {"ConvTranspose", {{1, 4, 3}}, {t({4, 1, 2}), t({2})}, {{"group", int64_t{2}}, {"strides", list({2})}}},
      {"ConvTranspose", {{1, 1, 3}}, {t({1, 2, 2})}, {{"output_shape", list({8})}, {"strides", list({2})}}},
      {"ConvTranspose", {{1, 1, 3}}, {t({1, 2, 2})}, {{"dilations", list({2})}, {"strides", list({2})}}},
      {"ConvTranspose", {{1, 1, 3}}, {t({1, 2, 2})}, {{"strides", list({3})}, {"output_padding", list({1})}}},
      {"Add", {{2, 3}, {2, 3}}},
      {"Add", {{2, 3}, {3}}},
      {"Add", {{2, 1}, {1, 3}}},
      {"Add", {{2, 3}}, {t({3})}},
      {"Add", {{3}}, {t({2, 1})}},
      {"Sub", {{2, 3}, {2, 1}}},
      {"Sub", {{2, 3}}, {t({2, 3})}, {}, 13, 2e-3, 1},
      {"Mul", {{2, 3}, {2, 3}}},
      {"Mul", {{2, 3}, {1, 3}}},
      {"Mul", {{2, 3}}, {t({3})}},
      {"Mul", {{2, 3}}, {t({})}},
      {"Div", {{2, 3}}, {t({3})}},
      {"Neg", {{2, 3}}},
      {"BatchNormalization",
       {{1, 2, 2, 2}},
       {t({2}), t({2}), t({2}), Tensor(ValueType{DType::kFloat32, {2}}, std::vector<double>{0.5, 2})}},
      {"AveragePool", {{1, 2, 4, 4}}, {}, {{"kernel_shape", list({2, 2})}, {"strides", list({2, 2})}}},
      {"AveragePool", {{1, 1, 4, 4}}, {}, {{"kernel_shape", list({3, 3})}}},
      {"AveragePool",
       {{1, 1, 3, 3}},
       {},
       {{"kernel_shape", list({2, 2})}, {"pads", list({1, 1, 1, 1})}, {"count_include_pad", int64_t{1}}}},
      {"GlobalAveragePool", {{1, 2, 3, 3}}},
      {"GlobalAveragePool", {{1, 2, 5, 5}}},
      {"ReduceMean", {{2, 3, 2}}, {}, {{"axes", list({1})}, {"keepdims", int64_t{0}}}},
      {"ReduceMean", {{2, 20}}, {}, {{"axes", list({1})}}},
      {"ReduceSum", {{2, 3, 2}}, {ints({0, 2})}},
      {"ReduceMax", {{2, 3}}, {}, {{"axes", list({1})}, {"keepdims", int64_t{0}}}},
      {"ReduceMax", {{2, 5}}, {}, {{"axes", list({0, 1})}}},
  };
}

std::vector<Case> moving_cases() {
  const auto list = [](std::vector<int64_t> v) { return Attribute(std::move(v)); };
  return {
      {"Reshape", {{2, 6}}, {ints({3, 4})}},
      {"Reshape", {{2, 3}}, {ints({3, 2})}},
      {"Flatten", {{1, 2, 3, 2}}},
      {"Transpose", {{2, 3, 2}}, {}, {{"perm", list({2, 0, 1})}}},
      {"Concat", {{2, 3}, {2, 2}}, {}, {{"axis", int64_t{1}}}},
      {"Concat", {{1, 2, 2}, {1, 2, 2}, {1, 2, 2}}, {}, {{"axis", int64_t{-2}}}},
      {"Slice", {{4, 5}}, {ints({1, 0}), ints({3, 5}), ints({0, 1}), ints({1, 2})}},
      {"Slice", {{5}}, {ints({4}), ints({-6}), ints({0}), ints({-1})}},
      {"Gather", {{4, 2}}, {ints({3, 0, 2})}},
      {"Gather", {{4, 2}}, {Tensor(ValueType{DType::kInt64, {}}, std::vector<int64_t>{1})}},
      {"Pad", {{2, 3}}, {ints({1, 0, 0, 2})}},
      {"Pad", {{2, 4}}, {ints({0, 2, 0, 1})}, {{"mode", std::string("reflect")}}},
      {"Pad", {{3}}, {ints({2, 1})}, {{"mode", std::string("edge")}}},
      {"Expand", {{2, 1}}, {ints({2, 3})}},
      {"Tile", {{2, 3}}, {ints({2, 2})}},
      {"Squeeze", {{1, 3, 1}}},
      {"Unsqueeze", {{3}}, {ints({0})}},
  };
}

std::vector<Case> other_cases() {
  Noise noise(5);
  auto t = [&](Shape shape) { return noise.tensor(std::move(shape)); };
  const auto scalar = [](double v) { return Tensor(ValueType{DType::kFloat32, {}}, std::vector<double>{v}); };
  const auto list = [](std::vector<int64_t> v) { return Attribute(std::move(v)); };
  return {
      {"Relu", {{2, 3}}},
      {"LeakyRelu", {{2, 3}}, {}, {{"alpha", 0.1}}},
      {"PRelu", {{2, 3}}, {t({3})}},
      {"Clip", {{2, 3}}, {scalar(-0.5), scalar(1.5)}},
      {"Clip", {{2, 3}}, {scalar(0), scalar(2)}},
      {"Sigmoid", {{2, 3}}, {}, {}, 13, 4e-3},
      {"Tanh", {{2, 3}}, {}, {}, 13, 4e-3},
      {"MaxPool", {{1, 2, 4, 4}}, {}, {{"kernel_shape", list({2, 2})}, {"strides", list({2, 2})}}},
      {"MaxPool", {{1, 1, 5, 5}}, {}, {{"kernel_shape", list({3, 3})}, {"strides", list({2, 2})}}},
      {"MaxPool", {{1, 1, 3, 3}}, {}, {{"kernel_shape", list({3, 3})}, {"pads", list({1, 1, 1, 1})}}},
      {"GlobalMaxPool", {{1, 2, 3, 2}}},
      {"Softmax", {{2, 3}}},
      {"Softmax", {{2, 3, 2}}, {}, {{"axis", int64_t{1}}}},
      {"Softmax", {{2, 1, 2}}, {}, {}, 11},
      {"Erf", {{2, 3}}, {}, {}, 13, 4e-3},
      {"Exp", {{2, 3}}, {}, {}, 13, 4e-3},
      {"Gelu", {{2, 3}}, {}, {}, 20, 4e-3},
      {"Gelu", {{2, 3}}, {}, {{"approximate", std::string("tanh")}}, 20, 4e-3},
      {"Swish", {{2, 3}}, {}, {}, 24, 4e-3},
      {"Mish", {{2, 3}}, {}, {}, 18, 4e-3},
      {"Softplus", {{2, 3}}, {}, {}, 13, 4e-3},
      {"Elu", {{2, 3}}, {}, {}, 13, 4e-3},
      {"Elu", {{2, 3}}, {}, {{"alpha", 0.5}}, 13, 4e-3},
      {"Elu", {{2, 3}}, {}, {}, 13, 4e-3, 0, -200, 200},
      {"Sqrt", {{2, 3}}, {}, {}, 13, 4e-3, 0, 0, 5},
      {"Reciprocal", {{2, 3}}, {}, {}, 13, 4e-3, 0, 0.5, 3},
      {"Pow", {{2, 3}}, {scalar(2)}},
      {"Pow", {{2, 3}}, {scalar(3)}, {}, 13, 4e-3},
      {"Pow", {{2, 3}}, {scalar(5)}, {}, 13, 4e-3},
      {"Pow", {{2, 3}}, {scalar(0.5)}, {}, 13, 4e-3, 0, 0, 5},
      {"Pow", {{2, 3}}, {scalar(-0.5)}, {}, 13, 4e-3, 0, 0.5, 5},
      {"Pow", {{2, 3}}, {scalar(-1)}, {}, 13, 4e-3, 0, 0.5, 5},
      {"LayerNormalization", {{2, 5}}, {t({5}), t({5})}, {}, 17},
      {"LayerNormalization", {{2, 2, 3}}, {t({3})}, {{"axis", int64_t{1}}, {"epsilon", 0.1}}, 17},
      {"LayerNormalization", {{1, 4}}, {}, {}, 17},
      {"RMSNormalization", {{2, 5}}, {t({5})}, {}, 23},
      {"Div", {{2, 3}, {2, 1}}, {}, {}, 13, 4e-3, 0, 0.5, 3},
  };
}

std::vector<Case> index_cases() {
  const int64_t no = 0, yes = 1;
  return {
      {"ArgMax", {{1, 5}}, {}, {{"axis", int64_t{1}}}, 13, 0},
      {"ArgMax", {{2, 3, 2}}, {}, {{"axis", int64_t{-2}}, {"keepdims", no}}, 13, 0},
      {"ArgMax", {{4}}, {}, {{"keepdims", no}, {"select_last_index", yes}}, 13, 0},
      {"ArgMax", {{2, 1}}, {}, {{"axis", int64_t{1}}}, 13, 0},
      {"ArgMin", {{2, 3}}, {}, {{"axis", int64_t{0}}}, 13, 0},
      {"ArgMin", {{2, 3}}, {}, {{"axis", int64_t{1}}, {"select_last_index", yes}}, 13, 0},
  };
}

std::string case_name(const testing::TestParamInfo<Case>& info) {
  return info.param.op + "_" + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(Linear, Operators, testing::ValuesIn(linear_cases()), case_name);
INSTANTIATE_TEST_SUITE_P(Moving, Operators, testing::ValuesIn(moving_cases()), case_name);
INSTANTIATE_TEST_SUITE_P(Index, Operators, testing::ValuesIn(index_cases()), case_name);
INSTANTIATE_TEST_SUITE_P(Other, Operators, testing::ValuesIn(other_cases()), case_name);

}  // namespace
}  // namespace tacit::model
