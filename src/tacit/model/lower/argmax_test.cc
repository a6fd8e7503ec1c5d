// ArgMax on every small input: the index is that of the first (or last) largest element, and no witness gives another.
#include <gtest/gtest.h>

#include <algorithm>

#include "tacit/model/fold/fold.h"
#include "tacit/model/lower/lower.h"
#include "tacit/statement/assignment.h"

namespace tacit::model {
namespace {

IntegerModel index_of(const std::string& op, bool last) {
  Graph graph;
  const ValueId x = graph.add_value("x"), y = graph.add_value("y");
  graph.values[x].type = ValueType{DType::kFloat32, {3}};
  graph.inputs = {x};
  graph.outputs = {y};
  graph.nodes.push_back({.name = "n", .op = op, .opset = 13, .inputs = {x}, .outputs = {y}});
  graph.nodes[0].attributes = {{"select_last_index", int64_t{last}}, {"keepdims", int64_t{0}}};
  EXPECT_TRUE(fold(graph));
  const auto spreads = calibrate(graph, synthetic_samples(graph, 4)).value();
  return emit(graph, spreads, {.bits = 8, .clamp_bits = 4, .digit_bits = 6}).value();
}

// The cells of the marks z and of the largest key M.
std::pair<statement::TensorId, statement::TensorId> cells(const IntegerModel& model) {
  std::pair<statement::TensorId, statement::TensorId> out;
  for (const Step& step : model.steps) {
    if (step.kind == StepKind::kIsZero) out.first = step.tensors[0];
    if (step.kind == StepKind::kRowMax) out.second = step.tensors[0];
  }
  return out;
}

// Fills what follows from the cells that are there already: digits, copies, accumulators.
void complete(const IntegerModel& model, const statement::System& system, statement::Assignment& a) {
  for (const Step& step : model.steps) {
    if (step.kind == StepKind::kContract)
      statement::contract(system, a, static_cast<statement::ContractionId>(step.numbers[0]));
    if (step.kind == StepKind::kCopy)
      a.tensors[step.tensors[0]] = statement::evaluate(system, a, step.labels, step.views[0]);
    if (step.kind != StepKind::kDigits) continue;
    const std::vector<int64_t> v = statement::evaluate(system, a, step.labels, step.views[0]);
    for (size_t d = 0; d < step.tensors.size(); ++d)
      for (size_t i = 0; i < v.size(); ++i)
        a.tensors[step.tensors[d]][i] =
            v[i] >> (step.numbers[0] * static_cast<int64_t>(d)) & ((int64_t{1} << step.numbers[0]) - 1);
  }
}

TEST(ArgMax, HasOneAnswerForEveryInput) {
  for (const std::string op : {"ArgMax", "ArgMin"})
    for (const bool last : {false, true}) {
      const IntegerModel model = index_of(op, last);
      const auto [z, top] = cells(model);
      const int64_t sign = op == "ArgMax" ? 1 : -1;
      for (int64_t code = 0; code < 125; ++code) {
        const std::vector<int64_t> x = {code % 5 - 2, code / 5 % 5 - 2, code / 25 - 2};
        int64_t best = 0;
        for (int64_t i = 1; i < 3; ++i) {
          const int64_t gain = sign * (x[static_cast<size_t>(i)] - x[static_cast<size_t>(best)]);
          if (gain > 0 || (gain == 0 && last)) best = i;
        }
        const auto run = execute(model, std::vector<std::vector<int64_t>>{x}, 1, {false, false});
        ASSERT_TRUE(run) << run.error().message();
        EXPECT_EQ(run->outputs[0], std::vector<int64_t>{best});
        ASSERT_TRUE(statement::satisfies(run->system, run->assignment));
        // Every mark of one element, or of none, or of all, with the key that it stands for.
        for (int64_t marks = 0; marks < 8; ++marks) {
          statement::Assignment other = run->assignment;
          int64_t key = 0;
          for (int64_t i = 0; i < 3; ++i) {
            other.tensors[z][static_cast<size_t>(i)] = marks >> i & 1;
            key += (marks >> i & 1) * (3 * sign * x[static_cast<size_t>(i)] + (last ? i : -i));
          }
          other.tensors[top] = {key + (last ? 0 : 2)};
          complete(model, run->system, other);
          const bool holds =
              statement::count_multiplicities(run->system, other) && statement::satisfies(run->system, other);
          EXPECT_EQ(holds, marks == int64_t{1} << best) << code << " " << marks;
        }
      }
    }
}

}  // namespace
}  // namespace tacit::model
