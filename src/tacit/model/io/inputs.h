// Readers of model inputs: samples for proving and for calibration.
//
//   .json  {"input_data": [[...], ...]}: one list of numbers per model input, nested or flat
//   .npy   one numpy array, for a model with one input (or one file per input)
//   .npz   arrays by input name, or in the order of their names if none is an input's
//   .pb    one ONNX TensorProto, as in ONNX test data
//
// Vocabulary. A *sample* is what one run of the graph takes: one tensor per model input, in the graph's
// order, in exactly the declared types. A file holds a batch of k samples where each list or array is k times
// as long as the input asks for: along its first axis, or along one more axis in front. Files are hostile
// until proven otherwise. Thread-safety: all functions may run at once.
#pragma once

#include <string>
#include <vector>

#include "tacit/model/graph/graph.h"

namespace tacit::model {

using Sample = std::vector<Tensor>;

// The samples in one file, or in one file (.npy, .pb) per model input in the graph's order. At least one.
// Numbers are converted where nothing is lost but the precision of a float type. Requires a graph whose
// inputs have types. Errors: kIo; kTooLarge; kBadInput (malformed file, wrong number of inputs, shapes or
// types that don't fit, NaN or infinity), with the file and the input as place.
Result<std::vector<Sample>> read_samples(const std::vector<std::string>& paths, const Graph& graph);

// The one array of a file (.npy, .npz, .pb) as the file has it. Errors: kIo, kTooLarge, kBadInput (several arrays, a
// file without shapes).
Result<Tensor> read_array(const std::string& path);

}  // namespace tacit::model
