// How far an integer model is from its float model.
#pragma once

#include "tacit/model/lower/lower.h"

namespace tacit::model {

struct OutputError {
  std::string name;
  double max =
      0;  // largest and mean |integer − float|, relative to the span of the float output over all samples
  double mean = 0;
  size_t argmax_agrees = 0;  // samples whose largest element is the same one; ties go to the float model
  size_t n_samples = 0;
};

struct Report {
  std::vector<OutputError> outputs;
};

// Runs both models over the samples. Errors: those of run_float and execute.
Result<Report> compare(const Graph& graph, const IntegerModel& model, const std::vector<Sample>& samples);

}  // namespace tacit::model
