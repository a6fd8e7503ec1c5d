// Attributes of ONNX nodes.
#pragma once

#include "tacit/model/graph/graph.h"
#include "tacit/model/onnx/tensor_proto.h"

namespace tacit::model {

// The tensor of an initialiser or attribute with finite elements. Errors: decode_tensor's; kBadModel for NaN
// or infinity.
Result<std::shared_ptr<const Tensor>> decode_constant(const pb::TensorProto& tensor, ExternalData* external,
                                                      const std::string& place);

// Reads all attributes of a message into the node.
// Errors: kBadModel (duplicate name, missing type, NaN or infinity), kUnsupported (subgraphs and other
// kinds).
Status read_attributes(const pb::NodeProto& message, ExternalData* external, Node& node);

}  // namespace tacit::model
