// The passes of the lowering: fusing, planning, visibility, integers, refusals.
#include "tacit/model/lower/lower.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tacit/model/float/interpreter.h"
#include "tacit/model/fold/fold.h"
#include "tacit/model/lower/report.h"
#include "tacit/model/lower/rewrite.h"
#include "tacit/model/quant/codec.h"
#include "tacit/statement/codec.h"
#include "tacit/statement/instance.h"

namespace tacit::model {
namespace {

struct Maker {
  Graph graph;
  ValueId value(const char* name, ValueType type) {
    const ValueId id = graph.add_value(name);
    graph.values[id].type = std::move(type);
    return id;
  }
  ValueId constant(const char* name, Shape shape, std::vector<double> values) {
    const ValueId id = value(name, {DType::kFloat32, shape});
    graph.values[id].constant =
        std::make_shared<const Tensor>(ValueType{DType::kFloat32, std::move(shape)}, std::move(values));
    return id;
  }
  ValueId node(const char* op, std::vector<ValueId> inputs,
               std::map<std::string, Attribute, std::less<>> attributes = {}) {
    const ValueId out = graph.add_value(std::string(op) + std::to_string(graph.nodes.size()));
    graph.nodes.push_back({.name = graph.values[out].name,
                           .op = op,
                           .opset = 13,
                           .inputs = std::move(inputs),
                           .outputs = {out},
                           .attributes = std::move(attributes)});
    return out;
  }
};

Graph conv_and_norm() {
  Maker m;
  const ValueId x = m.value("x", {DType::kFloat32, {1, 1, 3, 3}});
  const ValueId w = m.constant("w", {2, 1, 2, 2}, {1, -0.5, 0.25, 2, 0.5, 0.5, -1, 0.75});
  const ValueId conv = m.node("Conv", {x, w});
  const ValueId norm =
      m.node("BatchNormalization", {conv, m.constant("s", {2}, {2, -1}), m.constant("b", {2}, {0.5, 1}),
                                    m.constant("m", {2}, {0.25, -1}), m.constant("v", {2}, {4, 0.25})});
  m.graph.inputs = {x};
  m.graph.outputs = {m.node("Relu", {norm})};
  EXPECT_TRUE(fold(m.graph));
  return m.graph;
}

TEST(Lower, BatchNormIsFusedIntoTheWeights) {
  const Graph graph = conv_and_norm();
  Graph fused = graph;
  fuse_linear(fused);
  ASSERT_EQ(fused.nodes.size(), 2u);
  const auto samples = synthetic_samples(graph, 3);
  for (const Sample& sample : samples) {
    const auto a = run_float(graph, sample), b = run_float(fused, sample);
    ASSERT_TRUE(a && b);
    for (size_t i = 0; i < (*a)[0].size(); ++i) EXPECT_NEAR((*a)[0].reals()[i], (*b)[0].reals()[i], 1e-12);
  }
  const auto model = lower(graph, samples);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->open.system.contractions.size(), 1u);
  const auto report = compare(graph, *model, samples);
  ASSERT_TRUE(report);
  EXPECT_LE(report->outputs[0].max, 2e-4);
}

TEST(Lower, SyntheticIndicesLieWithinTheirAxis) {
  Maker m;
  const ValueId tokens = m.value("tokens", {DType::kInt64, {1, 200}}),
                free = m.value("free", {DType::kInt64, {1, 200}});
  const ValueId flat = m.node("Reshape", {tokens, m.constant("shape", {1}, {200})});
  m.node("Gather", {m.constant("table", {2, 3}, {1, 2, 3, 4, 5, 6}), flat}, {{"axis", int64_t{-1}}});
  m.graph.inputs = {tokens, free};
  const auto samples = synthetic_samples(m.graph, 2);
  for (const Sample& sample : samples) {
    const auto [low, high] = std::minmax_element(sample[0].ints().begin(), sample[0].ints().end());
    EXPECT_EQ(*low, 0);
    EXPECT_EQ(*high, 2);
    EXPECT_GT(*std::max_element(sample[1].ints().begin(), sample[1].ints().end()), 200);
  }
}

TEST(Lower, AValueReadTwiceIsNotFused) {
  Graph graph = conv_and_norm();
  graph.outputs.push_back(graph.nodes[0].outputs[0]);
  fuse_linear(graph);
  EXPECT_EQ(graph.nodes.size(), 3u);
}

TEST(Lower, IsDeterministicAndItsPublicPartHidesTheWeights) {
  const Graph graph = conv_and_norm();
  const auto samples = synthetic_samples(graph, 3);
  auto bytes = [&](const Graph& g) {
    const PublicModel open = lower(g, samples)->open;
    EXPECT_TRUE(open.tables.empty());
    Writer out;
    statement::write(out, open.system);
    for (const auto* ports : {&open.inputs, &open.outputs})
      for (const Port& port : *ports) statement::write(out, public_port(port));
    return out.take();
  };
  EXPECT_EQ(bytes(graph), bytes(graph));
  // Other weights of the same size, and so the same exponents: the same public part.
  Graph other = graph;
  for (Value& value : other.values) {
    if (value.name != "w") continue;
    Tensor changed = *value.constant;
    changed.reals()[1] = -0.5001;
    changed.reals()[6] = -0.9999;
    value.constant = std::make_shared<const Tensor>(changed);
  }
  EXPECT_EQ(bytes(other), bytes(graph));
}

TEST(Lower, PlanIsNoWorseThanItsNeighbours) {
  const Graph graph = conv_and_norm();
  const auto spreads = calibrate(graph, synthetic_samples(graph, 3)).value();
  const Plan plan = choose_plan(graph, spreads, {}).value();
  auto cost = [&](const Plan& p) { return cost_of(emit(graph, spreads, p)->open.system).nanoseconds(); };
  for (int step : {-1, 1}) {
    Plan other = plan;
    other.clamp_bits = static_cast<uint8_t>(other.clamp_bits + step);
    if (other.clamp_bits <= other.bits && other.clamp_bits >= 6) {
      EXPECT_GE(cost(other), cost(plan));
    }
    other = plan;
    other.digit_bits = static_cast<uint8_t>(other.digit_bits + step);
    if (other.digit_bits <= 16 && other.digit_bits >= 6) {
      EXPECT_GE(cost(other), cost(plan));
    }
  }
}

TEST(Lower, AnyVisibilityIsDerivedFromTheTemplate) {
  const Graph graph = conv_and_norm();
  const auto samples = synthetic_samples(graph, 3);
  const auto model = lower(graph, samples);
  ASSERT_TRUE(model);
  const auto x = quantise(model->open.inputs[0], samples[0][0]);
  ASSERT_TRUE(x);
  for (bool inputs : {false, true})
    for (bool outputs : {false, true}) {
      const Visibility visibility{inputs, outputs};
      auto run = execute(*model, std::vector<std::vector<int64_t>>{*x}, 1, visibility);
      ASSERT_TRUE(run);
      EXPECT_EQ(statement::digest(run->system),
                statement::digest(statement::instantiate(with_visibility(model->open, visibility), 1)));
      EXPECT_TRUE(statement::satisfies(run->system, run->assignment));
      // A stated value that is not the cells' breaks an identity.
      const size_t first = model->open.system.publics.size();
      EXPECT_EQ(run->system.publics.size(), first + inputs + outputs);
      for (size_t p = first; p < run->system.publics.size(); ++p) {
        statement::Assignment forged = run->assignment;
        ++forged.publics[p][0];
        const Status holds = statement::satisfies(run->system, forged);
        ASSERT_FALSE(holds);
        EXPECT_EQ(holds.error().code, Code::kConstraintViolated);
        EXPECT_EQ(holds.error().place, "identity");
      }
    }
}

TEST(Lower, IntegersAreExactOrRefused) {
  Maker m;
  const ValueId x = m.value("x", {DType::kInt32, {3}});
  m.graph.inputs = {x};
  m.graph.outputs = {m.node("Add", {x, x})};
  ASSERT_TRUE(fold(m.graph));
  const auto model = lower(m.graph, {});
  ASSERT_TRUE(model) << model.error().message();
  const std::vector<int64_t> input = {16777217, -2147483648, 2147483647};
  auto run = execute(*model, std::vector<std::vector<int64_t>>{input}, 1, {});
  ASSERT_TRUE(run);
  EXPECT_EQ(run->outputs[0], (std::vector<int64_t>{33554434, -4294967296, 4294967294}));
  EXPECT_TRUE(statement::satisfies(run->system, run->assignment));
  EXPECT_EQ(
      quantise(model->open.inputs[0], Tensor(ValueType{DType::kInt32, {3}}, std::vector<int64_t>{1, 2, 3})).value(),
      (std::vector<int64_t>{1, 2, 3}));
}

TEST(Lower, RefusalsNameTheNode) {
  Maker m;
  const ValueId x = m.value("x", {DType::kInt32, {3}});
  m.graph.inputs = {x};
  m.graph.outputs = {m.node("Mul", {x, x})};
  ASSERT_TRUE(fold(m.graph));
  const auto model = emit(m.graph, std::vector<Spread>(m.graph.values.size()), {});
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().code, Code::kMayWrap);
  EXPECT_EQ(model.error().place, "node Mul0 (Mul)");
}

TEST(Lower, InputsAreChecked) {
  const Graph graph = conv_and_norm();
  const auto model = lower(graph, {});
  ASSERT_TRUE(model);
  const Port& port = model->open.inputs[0];
  EXPECT_EQ(quantise(port, Tensor(ValueType{DType::kFloat32, {9}})).error().code, Code::kBadInput);
  Tensor x(port.type);
  x.reals()[0] = NAN;
  EXPECT_EQ(quantise(port, x).error().code, Code::kBadInput);
  x.reals()[0] = 1e30;
  EXPECT_EQ(quantise(port, x)->at(0), static_cast<int64_t>(port.form.bounds.high));
  auto code = [&](std::vector<std::vector<int64_t>> inputs, uint32_t samples) {
    return execute(*model, inputs, samples, {}).error().code;
  };
  EXPECT_EQ(code({}, 1), Code::kBadInput);
  EXPECT_EQ(code({std::vector<int64_t>(9)}, 2), Code::kBadInput);
  EXPECT_EQ(code({std::vector<int64_t>(9, 1 << 20)}, 1), Code::kBadInput);
}

TEST(Lower, RelationsKnowTheirNode) {
  const auto model = lower(conv_and_norm(), {});
  ASSERT_TRUE(model);
  EXPECT_EQ(model->origin("lookup", 0), "");
  EXPECT_EQ(model->origin("lookup", model->open.system.lookups.size() - 1), "node Relu2 (Relu)");
}

}  // namespace
}  // namespace tacit::model
