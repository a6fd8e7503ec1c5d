// What a proof's ports are to be: which are stated, hidden or committed, and the integers of the inputs.
#pragma once

#include "tacit/api/data.h"
#include "tacit/api/model_file.h"
#include "tacit/api/tacit.h"
#include "tacit/api/values.h"

namespace tacit::api {

// Committed data that serve as an input.
struct DataInput {
  size_t input = 0;
  DataFile file;
  std::string ledger;
  uint32_t first = 0;
};

// The data of a proof's inputs, by input. Errors: kUsage (no such input, two data for one, one for two), kBadInput (other
// sizes or another profile than the model's, finer than it, rows that don't exist), those of read_data_file.
Result<std::vector<DataInput>> read_data_inputs(const ProveOptions& options, const ModelFile& model);

// The integers of all inputs: from the data, and from the files for all others.
// Errors: those of read_inputs; kBadInput (a row outside the input's range, other numbers of samples, a file too many).
Result<IntegerInputs> gather_inputs(const ProveOptions& options, const ModelFile& model,
                                    const std::vector<DataInput>& data);

// The outputs to be committed, in the order of the choices. Errors: kUsage (no such output, or twice).
Result<std::vector<size_t>> committed_outputs(const ProveOptions& options, const ModelFile& model);

// Errors: kUsage (no such port, or one that is committed already).
Result<statement::Visibility> choose_visibility(const ProveOptions& options, const ModelFile& model,
                                                const std::vector<DataInput>& data, const std::vector<size_t>& outputs);

}  // namespace tacit::api
