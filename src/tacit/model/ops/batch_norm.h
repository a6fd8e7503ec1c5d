// BatchNormalization as gain · x + offset per channel.
#pragma once

#include "tacit/model/ops/operator.h"

namespace tacit::model {

struct BatchNorm {
  std::vector<double> gain;    // scale / √(variance + epsilon)
  std::vector<double> offset;  // bias − gain · mean
};

// Requires inputs 1 to 4 to be known.
BatchNorm read_batch_norm(const Args& args);

}  // namespace tacit::model
