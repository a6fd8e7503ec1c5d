// A small model for the tests of the program and of its bytes.
#pragma once

#include <gtest/gtest.h>

#include "tacit/model/fold/fold.h"
#include "tacit/model/lower/lower.h"

namespace tacit::model {

// x [1, 1, 4, 4] → Conv 3×3 → Sigmoid → Softmax over all: every kind of step but input-free ones.
inline IntegerModel small_model() {
  Graph graph;
  auto value = [&](const char* name, ValueType type) {
    const ValueId id = graph.add_value(name);
    graph.values[id].type = std::move(type);
    return id;
  };
  const ValueId x = value("x", {DType::kFloat32, {1, 1, 4, 4}});
  const ValueId w = value("w", {DType::kFloat32, {2, 1, 3, 3}});
  Tensor weights(*graph.values[w].type);
  for (size_t i = 0; i < weights.size(); ++i) weights.reals()[i] = 0.1 * static_cast<double>(i) - 0.8;
  graph.values[w].constant = std::make_shared<const Tensor>(weights);
  const ValueId a = graph.add_value("a"), b = graph.add_value("b"), y = graph.add_value("y");
  graph.inputs = {x};
  graph.outputs = {y};
  graph.nodes.push_back({.name = "n0", .op = "Conv", .opset = 13, .inputs = {x, w}, .outputs = {a}});
  graph.nodes.push_back({.name = "n1", .op = "Sigmoid", .opset = 13, .inputs = {a}, .outputs = {b}});
  graph.nodes.push_back({.name = "n2", .op = "Softmax", .opset = 11, .inputs = {b}, .outputs = {y}});
  EXPECT_TRUE(fold(graph));
  const auto spreads = calibrate(graph, synthetic_samples(graph, 4)).value();
  return emit(graph, spreads, {.bits = 8, .clamp_bits = 4, .digit_bits = 6}).value();
}

}  // namespace tacit::model
