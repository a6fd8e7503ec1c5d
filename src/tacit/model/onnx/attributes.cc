#include "tacit/model/onnx/attributes.h"

#include <algorithm>
#include <cmath>

namespace tacit::model {

namespace {

Result<Attribute> read_attribute(const pb::AttributeProto& a, ExternalData* external, const std::string& place) {
  auto is_bad = [](float v) { return !std::isfinite(v); };
  switch (a.type()) {
    case pb::AttributeProto::FLOAT:
      if (is_bad(a.f())) return fail(Code::kBadModel, place, 0, "the value is NaN or infinite");
      return Attribute(static_cast<double>(a.f()));
    case pb::AttributeProto::INT:
      return Attribute(static_cast<int64_t>(a.i()));
    case pb::AttributeProto::STRING:
      return Attribute(a.s());
    case pb::AttributeProto::TENSOR: {
      TACIT_ASSIGN(std::shared_ptr<const Tensor> tensor, decode_constant(a.t(), external, place));
      return Attribute(std::move(tensor));
    }
    case pb::AttributeProto::FLOATS:
      if (std::any_of(a.floats().begin(), a.floats().end(), is_bad)) {
        return fail(Code::kBadModel, place, 0, "a value is NaN or infinite");
      }
      return Attribute(std::vector<double>(a.floats().begin(), a.floats().end()));
    case pb::AttributeProto::INTS:
      return Attribute(std::vector<int64_t>(a.ints().begin(), a.ints().end()));
    case pb::AttributeProto::STRINGS:
      return Attribute(std::vector<std::string>(a.strings().begin(), a.strings().end()));
    case pb::AttributeProto::UNDEFINED:
      return fail(Code::kBadModel, place, 0, "the attribute has no type");
    default:
      return fail(Code::kUnsupported, place, 0, "subgraphs, sparse tensors and types as attributes");
  }
}

}  // namespace

Result<std::shared_ptr<const Tensor>> decode_constant(const pb::TensorProto& message, ExternalData* external,
                                                      const std::string& place) {
  TACIT_ASSIGN(Tensor tensor, decode_tensor(message, external, place));
  if (tensor.has_nan()) return fail(Code::kBadModel, place, 0, "an element is NaN");
  return std::make_shared<const Tensor>(std::move(tensor));
}

Status read_attributes(const pb::NodeProto& message, ExternalData* external, Node& node) {
  for (const pb::AttributeProto& a : message.attribute()) {
    const std::string place = node.place() + ", attribute " + printable(a.name());
    if (a.has_ref_attr_name()) return fail(Code::kUnsupported, place, 0, "references to attributes of functions");
    TACIT_ASSIGN(Attribute value, read_attribute(a, external, place));
    if (!node.attributes.emplace(a.name(), std::move(value)).second) {
      return fail(Code::kBadModel, place, 0, "the node has this attribute twice");
    }
  }
  return {};
}

}  // namespace tacit::model
