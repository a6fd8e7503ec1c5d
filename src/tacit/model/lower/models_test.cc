// Whole models: the integer model against the double-precision one, and its constraints on its own witness.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "tacit/model/float/interpreter.h"
#include "tacit/model/fold/fold.h"
#include "tacit/model/io/inputs.h"
#include "tacit/model/lower/report.h"
#include "tacit/model/onnx/import.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"

namespace tacit::model {
namespace {

std::string shared_folder() {
  const char* folder = std::getenv("TACIT_SHARED");
  return folder != nullptr ? folder : TACIT_SOURCE_DIR "/../shared";
}

class Models : public testing::TestWithParam<const char*> {};

TEST_P(Models, AgreesWithFloat) {
  const std::string folder = shared_folder() + "/models/ezkl/" + GetParam();
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is absent";
  auto graph = import_onnx_file(folder + "/network.onnx");
  ASSERT_TRUE(graph) << graph.error().message();
  const Status folded = fold(*graph);
  ASSERT_TRUE(folded) << folded.error().message();
  std::vector<Sample> samples = synthetic_samples(*graph, 8);
  const auto given = read_samples({folder + "/input.json"}, *graph);
  ASSERT_TRUE(given) << given.error().message();
  samples.insert(samples.end(), given->begin(), given->end());

  const auto model = lower(*graph, samples);
  ASSERT_TRUE(model) << model.error().message();
  const Cost cost = cost_of(model->open.system);
  std::printf("%s: %zu cells, %zu lookups, %zu table rows, %zu weights, %.2f ms\n", GetParam(), size_t(cost.cells),
              size_t(cost.lookups), size_t(cost.rows), size_t(cost.weights), cost.nanoseconds() / 1e6);

  const auto report = compare(*graph, *model, samples);
  ASSERT_TRUE(report) << report.error().message();
  for (const OutputError& output : report->outputs) {
    std::printf("  %s: max %.2e, mean %.2e, argmax %zu of %zu\n", output.name.c_str(), output.max, output.mean,
                output.argmax_agrees, output.n_samples);
    EXPECT_LE(output.max, 1e-3);
    EXPECT_EQ(output.argmax_agrees, output.n_samples);
  }

  std::printf("  worst: %s, %.2e\n", report->worst_node.c_str(), report->worst_error);
  EXPECT_FALSE(report->worst_node.empty());

  // Three samples at once.
  std::vector<std::vector<int64_t>> inputs;
  for (size_t i = 0; i < model->open.inputs.size(); ++i)
    for (size_t k = 0; k < 3; ++k) {
      const auto integers = quantise(model->open.inputs[i], samples[k][i]);
      ASSERT_TRUE(integers);
      if (k == 0) inputs.emplace_back();
      inputs[i].insert(inputs[i].end(), integers->begin(), integers->end());
    }
  auto run = execute(*model, inputs, 3, {.inputs = true, .outputs = true});
  ASSERT_TRUE(run) << run.error().message();
  const Status holds = statement::satisfies(run->system, run->assignment);
  EXPECT_TRUE(holds) << holds.error().message();
  statement::place(run->system, std::vector<uint8_t>(run->system.oracles.size(), 10));
  const Status sound = statement::check(run->system);
  EXPECT_TRUE(sound) << sound.error().message();
}

INSTANTIATE_TEST_SUITE_P(Ezkl, Models,
                         testing::Values("1l_mlp", "2l_relu_fc", "4l_relu_conv_fc", "large_mlp", "lenet_5"));

}  // namespace
}  // namespace tacit::model
