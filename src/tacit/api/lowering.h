// From an ONNX file to an integer model and its public part.
#pragma once

#include "tacit/api/resources.h"
#include "tacit/model/lower/lower.h"
#include "tacit/receipt/public_file.h"

namespace tacit::api {

struct Lowered {
  model::Graph graph;                  // folded
  std::vector<model::Sample> samples;  // calibration data; synthetic when none was given
  model::IntegerModel program;
  receipt::PublicModel open;
};
// Stages: import, calibrate. Errors: those of the importer, of folding, of read_samples and of model::lower.
Result<Lowered> lower_file(const CompileOptions& options, Stages& stages);

}  // namespace tacit::api
