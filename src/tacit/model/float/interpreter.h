// The double-precision interpreter: what the float model says, for calibration and for reports of the integer
// model's error. Float types are computed in double throughout (only Cast rounds); integer types exactly.
#pragma once

#include <vector>

#include "tacit/model/graph/graph.h"

namespace tacit::model {

// The outputs of a folded graph, in its order. `inputs` follow graph.inputs, with exactly their types.
// Errors: kBadInput (count, type or shape, at the input); kUnsupported (an integer leaves its type, at the
// node).
Result<std::vector<Tensor>> run_float(const Graph& graph, const std::vector<Tensor>& inputs);

// The same with every value, by ValueId; values without a type are empty pointers. Constants are shared with
// the graph.
Result<std::vector<std::shared_ptr<const Tensor>>> run_float_all(const Graph& graph, const std::vector<Tensor>& inputs);

}  // namespace tacit::model
