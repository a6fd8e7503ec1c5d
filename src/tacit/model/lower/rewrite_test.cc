// Patterns become operators, keep what the graph computes, and are left alone where a value in between serves
// something else; attention and selection as integers.
#include "tacit/model/lower/rewrite.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "tacit/model/float/interpreter.h"
#include "tacit/model/fold/fold.h"
#include "tacit/model/lower/forgery_test.h"
#include "tacit/model/lower/report.h"

namespace tacit::model {
namespace {

class Build {
 public:
  Graph graph;

  ValueId input(Shape shape, DType dtype = DType::kFloat32) {
    const ValueId id = graph.add_value("x" + std::to_string(graph.inputs.size()));
    graph.values[id].type = ValueType{dtype, std::move(shape)};
    graph.inputs.push_back(id);
    return id;
  }
  ValueId constant(Tensor tensor) {
    const ValueId id = graph.add_value("c" + std::to_string(graph.values.size()));
    graph.values[id].type = tensor.type();
    graph.values[id].constant = std::make_shared<const Tensor>(std::move(tensor));
    return id;
  }
  ValueId scalar(double v) { return constant(Tensor(ValueType{}, std::vector<double>{v})); }
  ValueId random(Shape shape) {
    Tensor t(ValueType{DType::kFloat32, std::move(shape)});
    for (double& v : t.reals()) v = noise();
    return constant(std::move(t));
  }
  ValueId node(std::string op, std::vector<ValueId> inputs,
               std::map<std::string, Attribute, std::less<>> attributes = {}) {
    const ValueId id = graph.add_value("v" + std::to_string(graph.values.size()));
    graph.nodes.push_back({.name = "n" + std::to_string(graph.nodes.size()),
                           .op = std::move(op),
                           .opset = 13,
                           .inputs = std::move(inputs),
                           .outputs = {id},
                           .attributes = std::move(attributes)});
    return id;
  }
  double noise() { return static_cast<double>(bits_() >> 11) * 0x1p-52 - 1; }

  std::vector<Sample> samples(size_t n, double scale = 2) {
    std::vector<Sample> out(n);
    for (Sample& sample : out)
      for (ValueId id : graph.inputs) {
        Tensor& x = sample.emplace_back(graph.type(id));
        for (size_t i = 0; i < x.size(); ++i) {
          if (x.is_real()) {
            x.reals()[i] = scale * noise();
          } else {
            x.ints()[i] = static_cast<int64_t>(bits_() % 3);
          }
        }
      }
    return out;
  }

 private:
  std::mt19937_64 bits_{5};
};

std::vector<std::string> operators(const Graph& graph) {
  std::vector<std::string> out;
  for (const Node& node : graph.nodes) out.push_back(node.op);
  return out;
}

// Folds, rewrites, and compares the outputs before and after.
void rewrite_and_compare(Build& b) {
  ASSERT_TRUE(fold(b.graph));
  const Graph before = b.graph;
  rewrite(b.graph);
  for (const Sample& sample : b.samples(3)) {
    const auto expected = run_float(before, sample), found = run_float(b.graph, sample);
    ASSERT_TRUE(expected);
    ASSERT_TRUE(found) << found.error().message();
    for (size_t k = 0; k < expected->size(); ++k)
      for (size_t i = 0; i < (*expected)[k].size(); ++i)
        EXPECT_NEAR((*found)[k].as_real(i), (*expected)[k].as_real(i), 1e-5);
  }
}

// The integer program of the graph as it is: close to it, satisfied by its witness, and by no other.
void expect_provable(Build& b, double tolerance) {
  const auto samples = b.samples(4);
  const auto spreads = calibrate(b.graph, samples);
  ASSERT_TRUE(spreads);
  const auto model = emit(b.graph, *spreads, kPlan);
  ASSERT_TRUE(model) << model.error().message();
  ASSERT_TRUE(validate(*model)) << validate(*model).error().message();
  const auto report = compare(b.graph, *model, samples);
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_LE(report->outputs[0].max, tolerance);
  expect_holds(*model, stacked(*model, samples, 3), 3, {.inputs = true, .outputs = true});
  expect_each_cell_matters(*model, stacked(*model, samples, 1));
}

ValueId layer_norm(Build& b, ValueId x) {
  const Attribute last = std::vector<int64_t>{-1};
  const ValueId centred = b.node("Sub", {x, b.node("ReduceMean", {x}, {{"axes", last}})});
  const ValueId square = b.node("Pow", {centred, b.scalar(2)});
  const ValueId variance = b.node("ReduceMean", {square}, {{"axes", last}});
  return b.node("Div", {centred, b.node("Sqrt", {b.node("Add", {variance, b.scalar(1e-5)})})});
}

TEST(Rewrite, LayerNormalization) {
  Build b;
  const ValueId x = b.input({2, 6});
  const ValueId scaled = b.node("Add", {b.node("Mul", {layer_norm(b, x), b.random({6})}), b.random({6})});
  b.graph.outputs = {b.node("MatMul", {scaled, b.random({6, 3})})};
  rewrite_and_compare(b);
  // Scale and bias went into the matrix.
  EXPECT_EQ(operators(b.graph), (std::vector<std::string>{"LayerNormalization", "MatMul", "Add"}));
  expect_provable(b, 4e-3);
}

TEST(Rewrite, AValueThatServesElsewhereKeepsItsPattern) {
  Build b;
  const ValueId x = b.input({2, 6});
  const ValueId y = layer_norm(b, x);
  b.graph.outputs = {y, b.graph.nodes[2].outputs[0]};
  rewrite_and_compare(b);
  EXPECT_EQ(operators(b.graph).back(), "Div");
}

TEST(Rewrite, RmsNormalization) {
  Build b;
  const ValueId x = b.input({2, 6});
  const ValueId mean = b.node("ReduceMean", {b.node("Mul", {x, x})}, {{"axes", std::vector<int64_t>{-1}}});
  const ValueId inverse = b.node("Reciprocal", {b.node("Sqrt", {b.node("Add", {b.scalar(1e-6), mean})})});
  b.graph.outputs = {b.node("Mul", {x, inverse})};
  rewrite_and_compare(b);
  EXPECT_EQ(operators(b.graph), std::vector<std::string>{"RMSNormalization"});
}

TEST(Rewrite, GeluHoweverItIsWritten) {
  Build b;
  const ValueId x = b.input({2, 3});
  const ValueId cube = b.node("Mul", {b.node("Pow", {x, b.scalar(3)}), b.scalar(0.044715)});
  const ValueId inner = b.node("Mul", {b.node("Add", {x, cube}), b.scalar(std::sqrt(2 / M_PI))});
  const ValueId gate = b.node("Add", {b.node("Tanh", {inner}), b.scalar(1)});
  const ValueId y = b.node("Mul", {b.node("Mul", {x, b.scalar(0.5)}), gate});
  const ValueId erf = b.node("Erf", {b.node("Div", {y, b.scalar(std::sqrt(2.0))})});
  const ValueId half = b.node("Mul", {y, b.node("Add", {erf, b.scalar(1)})});
  const ValueId z = b.node("Mul", {half, b.scalar(0.5)});
  b.graph.outputs = {b.node("Mul", {b.node("Sigmoid", {z}), z})};
  rewrite_and_compare(b);
  ASSERT_EQ(operators(b.graph), (std::vector<std::string>{"Gelu", "Gelu", "Swish"}));
  EXPECT_EQ(b.graph.nodes[0].text("approximate", ""), "tanh");
  EXPECT_EQ(b.graph.nodes[1].text("approximate", ""), "none");
}

// Scores of 3 queries and 3 keys, with a causal mask.
void attend(Build& b, bool filled) {
  const ValueId q = b.input({2, 3, 2}), k = b.input({2, 2, 3}), v = b.input({2, 3, 2});
  Tensor hidden(ValueType{DType::kBool, {3, 3}});
  Tensor mask(ValueType{DType::kFloat32, {3, 3}});
  for (size_t i = 0; i < 9; ++i)
    if (i % 3 > i / 3) hidden.ints()[i] = 1, mask.reals()[i] = -INFINITY;
  ValueId scores = b.node("Mul", {b.node("MatMul", {q, k}), b.scalar(0.7)});
  scores =
      filled ? b.node("Where", {b.constant(hidden), b.scalar(-2), scores}) : b.node("Add", {scores, b.constant(mask)});
  b.graph.outputs = {b.node("MatMul", {b.node("Softmax", {scores}), v})};
}

TEST(Rewrite, MaskedAttention) {
  for (const bool filled : {false, true}) {
    Build b;
    attend(b, filled);
    rewrite_and_compare(b);
    ASSERT_EQ(operators(b.graph), (std::vector<std::string>{"MatMul", "SoftmaxProduct"}));
    EXPECT_EQ(b.graph.nodes[1].has("fill"), filled);
    expect_provable(b, 4e-3);
  }
}

TEST(Rewrite, GainsGoIntoTransposedConvolutions) {
  Build b;
  const ValueId x = b.input({1, 4, 3});
  const ValueId y = b.node("ConvTranspose", {x, b.random({4, 2, 2}), b.random({4})}, {{"group", int64_t{2}}});
  b.graph.outputs = {b.node("Add", {b.node("Mul", {y, b.random({4, 1})}), b.random({4, 1})})};
  rewrite_and_compare(b);
  EXPECT_EQ(operators(b.graph), std::vector<std::string>{"ConvTranspose"});
}

// A table of weights chosen from by an input, and its transpose as the last matrix: one commitment.
TEST(Rewrite, ATiedMatrixIsCommittedOnce) {
  Build b;
  const ValueId index = b.input({4}, DType::kInt64);
  const ValueId table = b.random({3, 5});
  const ValueId chosen = b.node("Gather", {table, index});
  b.graph.outputs = {b.node("MatMul", {chosen, b.node("Transpose", {table})})};
  rewrite_and_compare(b);
  expect_provable(b, 4e-3);
  const auto model = emit(b.graph, calibrate(b.graph, b.samples(4)).value(), kPlan);
  ASSERT_TRUE(model);
  size_t weights = 0;
  for (const auto& tensor : model->open.system.tensors)
    weights += model->open.system.oracles[tensor.oracle].kind == statement::OracleKind::kWeights;
  EXPECT_EQ(weights, 1u);

  const std::vector<std::vector<int64_t>> outside = {{0, 1, 3, 2}};
  EXPECT_EQ(execute(*model, outside, 1, {}).error().code, Code::kBadInput);
}

}  // namespace
}  // namespace tacit::model
