// Static shapes and constants.
//
// fold() gives every value of a graph its type, computes every node whose inputs are constants (so that the
// shape arithmetic which exporters write disappears), turns nodes that change nothing into Identity, and
// drops what no output needs. What remains depends on the model's inputs. Thread-safety: graphs are
// independent.
#pragma once

#include "tacit/model/graph/graph.h"

namespace tacit::model {

// The elements that all values of a graph may have together.
inline constexpr int64_t kMaxTotalElements = int64_t{1} << 29;

// Folds a graph in place; on an error the graph is left half done. Values keep their ids; values that nothing
// mentions any more stay behind without a type. Errors: those of the operators' shape rules (kBadModel,
// kUnsupported, kTooLarge, at the node); kTooLarge beyond kMaxTotalElements; kBadModel where a constant comes
// out NaN.
Status fold(Graph& graph);

}  // namespace tacit::model
