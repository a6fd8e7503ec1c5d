#include "tacit/model/lower/report.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "tacit/model/float/interpreter.h"

namespace tacit::model {
namespace {

// One value over all samples.
struct Series {
  std::vector<double> expected, got;

  void add(const Tensor& want, const Tensor& have) {
    for (size_t i = 0; i < have.size(); ++i) {
      expected.push_back(want.as_real(i));
      got.push_back(have.as_real(i));
    }
  }
  // Largest and mean difference, relative to the span; a constant is judged by its size.
  std::pair<double, double> errors() const {
    if (expected.empty()) return {0, 0};
    const auto [low, high] = std::minmax_element(expected.begin(), expected.end());
    const double unit = *high > *low ? *high - *low : std::max(1.0, std::fabs(*high));
    double largest = 0, sum = 0;
    for (size_t i = 0; i < got.size(); ++i) {
      const double error = std::fabs(got[i] - expected[i]) / unit;
      largest = std::max(largest, error);
      sum += error;
    }
    return {largest, sum / static_cast<double>(got.size())};
  }
};

// Is the float model's largest element among the integer model's largest?
bool argmax_agrees(const Tensor& want, const Tensor& have) {
  size_t top = 0;
  double largest = -INFINITY;
  for (size_t i = 0; i < want.size(); ++i) {
    if (want.as_real(i) > want.as_real(top)) top = i;
    largest = std::max(largest, have.as_real(i));
  }
  return want.size() == 0 || have.as_real(top) >= largest;
}

}  // namespace

Result<Report> compare(const Graph& graph, const IntegerModel& model, const std::vector<Sample>& samples) {
  std::vector<Series> outputs(model.open.outputs.size()), probes(model.probes.size());
  Report report;
  for (const Port& port : model.open.outputs) report.outputs.push_back({.name = port.name});
  for (const Sample& sample : samples) {
    TACIT_ASSIGN(const auto values, run_float_all(graph, sample));
    std::vector<std::vector<int64_t>> inputs;
    for (size_t i = 0; i < sample.size(); ++i) {
      TACIT_ASSIGN(std::vector<int64_t> integers, quantise(model.open.inputs[i], sample[i]));
      inputs.push_back(std::move(integers));
    }
    TACIT_ASSIGN(const Execution run, execute(model, inputs, 1, {}));
    for (size_t o = 0; o < outputs.size(); ++o) {
      const Tensor got = dequantise(model.open.outputs[o], run.outputs[o]);
      const Tensor& want = *values[graph.outputs[o]];
      outputs[o].add(want, got);
      report.outputs[o].argmax_agrees += argmax_agrees(want, got);
      ++report.outputs[o].n_samples;
    }
    for (size_t p = 0; p < probes.size(); ++p) {
      const Probe& probe = model.probes[p];
      if (probe.value >= values.size() || values[probe.value] == nullptr) continue;
      probes[p].add(*values[probe.value], dequantise(probe.port, read(run, probe.port, 1)));
    }
  }
  for (size_t o = 0; o < outputs.size(); ++o)
    std::tie(report.outputs[o].max, report.outputs[o].mean) = outputs[o].errors();
  for (size_t p = 0; p < probes.size(); ++p) {
    const double error = probes[p].errors().first;
    if (error <= report.worst_error) continue;
    report.worst_error = error;
    report.worst_node = model.nodes[model.probes[p].node];
  }
  return report;
}

}  // namespace tacit::model
