#include "tacit/model/lower/report.h"

#include <algorithm>
#include <cmath>

#include "tacit/model/float/interpreter.h"

namespace tacit::model {
namespace {

// The elements of one output over all samples.
struct Series {
  std::vector<double> expected, got;
  double low = INFINITY, high = -INFINITY;
};

void judge(const std::vector<double>& expected, const std::vector<double>& got, OutputError& out) {
  const auto top = std::max_element(expected.begin(), expected.end());
  const double largest = *std::max_element(got.begin(), got.end());
  out.argmax_agrees += got[static_cast<size_t>(top - expected.begin())] >= largest;
  ++out.n_samples;
}

}  // namespace

Result<Report> compare(const Graph& graph, const IntegerModel& model, const std::vector<Sample>& samples) {
  const size_t n = model.open.outputs.size();
  Report report;
  for (const Port& port : model.open.outputs) report.outputs.push_back({.name = port.name});
  std::vector<Series> series(n);
  for (const Sample& sample : samples) {
    TACIT_ASSIGN(const std::vector<Tensor> expected, run_float(graph, sample));
    std::vector<std::vector<int64_t>> inputs;
    for (size_t i = 0; i < sample.size(); ++i) {
      TACIT_ASSIGN(std::vector<int64_t> integers, quantise(model.open.inputs[i], sample[i]));
      inputs.push_back(std::move(integers));
    }
    TACIT_ASSIGN(const Execution run, execute(model, inputs, 1, {}));
    for (size_t o = 0; o < n; ++o) {
      const Tensor got = dequantise(model.open.outputs[o], run.outputs[o]);
      std::vector<double> want, have;
      for (size_t i = 0; i < got.size(); ++i) {
        want.push_back(expected[o].as_real(i));
        have.push_back(got.as_real(i));
        series[o].low = std::min(series[o].low, want.back());
        series[o].high = std::max(series[o].high, want.back());
      }
      if (!want.empty()) judge(want, have, report.outputs[o]);
      series[o].expected.insert(series[o].expected.end(), want.begin(), want.end());
      series[o].got.insert(series[o].got.end(), have.begin(), have.end());
    }
  }
  for (size_t o = 0; o < n; ++o) {
    // A constant output is judged by its size.
    const double span = series[o].high - series[o].low;
    const double unit = span > 0 ? span : std::max(1.0, std::fabs(series[o].high));
    for (size_t i = 0; i < series[o].got.size(); ++i) {
      const double error = std::fabs(series[o].got[i] - series[o].expected[i]) / unit;
      report.outputs[o].max = std::max(report.outputs[o].max, error);
      report.outputs[o].mean += error / static_cast<double>(series[o].got.size());
    }
  }
  return report;
}

}  // namespace tacit::model
