// Between tensors that people read and write and the integers that proofs are about.
#pragma once

#include "tacit/api/tacit.h"
#include "tacit/model/io/inputs.h"
#include "tacit/model/quant/program.h"

namespace tacit::api {

// A graph with these inputs and nothing else, for the readers of samples.
model::Graph input_graph(const std::vector<model::Port>& ports);

// The samples of some files as integers, by input: [samples, shape…].
struct IntegerInputs {
  std::vector<std::vector<int64_t>> values;
  uint32_t samples = 0;
};
// Errors: those of model::read_samples and model::quantise; kBadInput beyond receipt::kMaxSamples.
Result<IntegerInputs> read_inputs(const std::vector<std::string>& files, const std::vector<model::Port>& ports);

// What integers of a port stand for. Requires samples · elements of them.
NamedTensor real_values(const model::Port& port, const std::vector<int64_t>& integers, uint32_t samples);

// The verifier's ports as the model's. Errors: kUnsupported.
Result<std::vector<model::Port>> model_ports(const std::vector<statement::Port>& ports);

}  // namespace tacit::api
