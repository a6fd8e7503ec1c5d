// How far an integer model is from its float model.
#pragma once

#include "tacit/model/lower/lower.h"

namespace tacit::model {

struct OutputError {
  std::string name;
  double max = 0;  // largest and mean |integer − float|, relative to the span of the float output over all samples
  double mean = 0;
  size_t argmax_agrees = 0;  // samples whose largest element is the same one; ties go to the float model
  size_t n_samples = 0;
};

struct Report {
  std::vector<OutputError> outputs;
  std::string worst_node;  // the one whose value is furthest from the float model's, relative to that value's span
  double worst_error = 0;
};

// Runs both models over the samples. `graph` is the one that was lowered, batch normalisations fused or not.
// Errors: those of run_float and execute.
Result<Report> compare(const Graph& graph, const IntegerModel& model, const std::vector<Sample>& samples);

}  // namespace tacit::model
