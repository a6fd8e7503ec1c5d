// The bytes of a model: one encoding, read back exactly; damaged ones give an error and nothing worse.
#include "tacit/model/quant/codec.h"

#include <gtest/gtest.h>

#include <random>

#include "tacit/model/fold/fold.h"
#include "tacit/model/lower/lower.h"

namespace tacit::model {
namespace {

// x [1, 1, 4, 4] → Conv 3×3 → Sigmoid → Softmax over all: every kind of step but input-free ones.
IntegerModel small_model() {
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

struct Bytes2 {
  Bytes open, rest;
};

Bytes2 bytes_of(const IntegerModel& model) {
  Writer open, rest;
  write(open, model.open);
  write(rest, model);
  return {open.take(), rest.take()};
}

Result<IntegerModel> parse(const Bytes2& bytes) {
  Reader open(bytes.open), rest(bytes.rest);
  TACIT_ASSIGN(PublicModel part, parse_public(open));
  TACIT_TRY(open.finish());
  TACIT_ASSIGN(IntegerModel model, parse_private(rest, std::move(part)));
  TACIT_TRY(rest.finish());
  return model;
}

TEST(Codec, RoundTrip) {
  const IntegerModel model = small_model();
  ASSERT_TRUE(validate(model)) << validate(model).error().message();
  const Bytes2 bytes = bytes_of(model);
  const auto again = parse(bytes);
  ASSERT_TRUE(again) << again.error().message();
  const Bytes2 rewritten = bytes_of(*again);
  EXPECT_EQ(rewritten.open, bytes.open);
  EXPECT_EQ(rewritten.rest, bytes.rest);
  EXPECT_EQ(again->weights, model.weights);
  const std::vector<std::vector<int64_t>> input = {std::vector<int64_t>(32, 3)};
  EXPECT_EQ(execute(*again, input, 2, {})->outputs, execute(model, input, 2, {})->outputs);
}

TEST(Codec, EveryTruncationIsAnError) {
  const Bytes2 bytes = bytes_of(small_model());
  for (size_t n = 0; n < bytes.open.size(); n += 3)
    ASSERT_FALSE(
        parse({Bytes(bytes.open.begin(), bytes.open.begin() + static_cast<std::ptrdiff_t>(n)), bytes.rest}));
  for (size_t n = 0; n < bytes.rest.size(); n += n + 200 < bytes.rest.size() ? 7 : 1)
    ASSERT_FALSE(
        parse({bytes.open, Bytes(bytes.rest.begin(), bytes.rest.begin() + static_cast<std::ptrdiff_t>(n))}));
}

TEST(Codec, DamageNeverCrashes) {
  const Bytes2 bytes = bytes_of(small_model());
  std::mt19937_64 random(11);
  for (int round = 0; round < 2000; ++round) {
    Bytes2 damaged = bytes;
    Bytes& target = round % 2 == 0 ? damaged.open : damaged.rest;
    target[random() % target.size()] ^= static_cast<uint8_t>(1u << random() % 8);
    const auto model = parse(damaged);
    if (!model || model->open.inputs.size() != 1) continue;
    // Large ones are well formed, but take their time.
    uint64_t effort = 0;
    for (const auto& lookup : model->open.system.lookups) effort += lookup.labels.elements();
    for (const auto& k : model->open.system.contractions) effort += k.labels.elements();
    if (effort > 1 << 20) continue;
    const int64_t v = static_cast<int64_t>(model->open.inputs[0].form.bounds.low);
    const auto elements = static_cast<size_t>(model->open.inputs[0].form.strides()[0]);
    (void)execute(*model, std::vector<std::vector<int64_t>>{std::vector<int64_t>(elements, v)}, 1,
                  {true, true});
  }
}

}  // namespace
}  // namespace tacit::model
