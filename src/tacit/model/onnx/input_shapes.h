// Static shapes for the inputs of a model, from what the file declares and what the user asks for.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "onnx.pb.h"
#include "tacit/model/onnx/import.h"

namespace tacit::model {

class InputShapes {
 public:
  InputShapes(const pb::GraphProto& graph, const ImportOptions& options);

  // The type of an input; `batch_axis` is set to 0 where its first axis is symbolic.
  // Errors: kUnsupported (not a tensor, an element type, a symbolic axis without a length), kTooLarge, kUsage
  // (an override that contradicts the file).
  Result<ValueType> resolve(const pb::ValueInfoProto& input, std::optional<size_t>& batch_axis);
  // True if the first axis of an output carries the batch of some input.
  bool carries_batch(const pb::ValueInfoProto& output) const;
  // kUsage for an override that names no axis or input.
  Status check_all_used() const;

 private:
  Result<int64_t> length(const pb::ValueInfoProto& input, int axis);

  const ImportOptions& options_;
  std::set<std::string> batch_names_;  // dim_params of first axes; "" for an axis without a name
  std::set<std::string> used_;
};

}  // namespace tacit::model
