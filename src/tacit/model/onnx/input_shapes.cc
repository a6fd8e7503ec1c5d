#include "tacit/model/onnx/input_shapes.h"

namespace tacit::model {

namespace {

bool has_shape(const pb::ValueInfoProto& value) { return value.type().tensor_type().has_shape(); }

const pb::TensorShapeProto::Dimension& dimension(const pb::ValueInfoProto& value, int axis) {
  return value.type().tensor_type().shape().dim(axis);
}

bool is_symbolic(const pb::TensorShapeProto::Dimension& dim) { return !dim.has_dim_value(); }

std::string place_of(const pb::ValueInfoProto& input) { return "input " + printable(input.name()); }

}  // namespace

InputShapes::InputShapes(const pb::GraphProto& graph, const ImportOptions& options) : options_(options) {
  std::set<std::string_view> constants;
  for (const pb::TensorProto& t : graph.initializer()) constants.insert(t.name());
  for (const pb::ValueInfoProto& input : graph.input()) {
    if (constants.contains(input.name()) || !has_shape(input)) continue;
    if (input.type().tensor_type().shape().dim_size() == 0) continue;
    const auto& first = dimension(input, 0);
    if (is_symbolic(first)) batch_names_.insert(first.dim_param());
  }
}

Result<int64_t> InputShapes::length(const pb::ValueInfoProto& input, int axis) {
  const auto& dim = dimension(input, axis);
  if (!is_symbolic(dim)) return dim.dim_value();
  const std::string& name = dim.dim_param();
  if (auto it = options_.dimensions.find(name); it != options_.dimensions.end()) {
    used_.insert(name);
    return it->second;
  }
  const bool is_batch = axis == 0 || (!name.empty() && batch_names_.contains(name));
  if (is_batch) return options_.batch;
  std::string hint = "a symbolic axis needs a length: --shape ";
  hint += name.empty() ? printable(input.name()) + "=<whole shape>" : printable(name) + "=<length>";
  return fail(Code::kUnsupported, place_of(input), static_cast<uint64_t>(axis), hint);
}

Result<ValueType> InputShapes::resolve(const pb::ValueInfoProto& input, std::optional<size_t>& batch_axis) {
  const std::string place = place_of(input);
  if (!input.type().has_tensor_type()) return fail(Code::kUnsupported, place, 0, "only tensors can be inputs");
  ValueType type;
  TACIT_ASSIGN(type.dtype, dtype_from_onnx(input.type().tensor_type().elem_type(), place));
  const auto override_shape = options_.shapes.find(input.name());
  const bool overridden = override_shape != options_.shapes.end();
  if (overridden) used_.insert(input.name());
  if (!has_shape(input)) {
    if (!overridden) return fail(Code::kUnsupported, place, 0, "the file gives no shape: --shape NAME=<whole shape>");
    type.shape = override_shape->second;
  } else {
    const int rank = input.type().tensor_type().shape().dim_size();
    if (overridden && override_shape->second.size() != static_cast<size_t>(rank)) {
      return fail(Code::kUsage, place, 0, "the file declares " + std::to_string(rank) + " axes");
    }
    for (int axis = 0; axis < rank; ++axis) {
      const auto& dim = dimension(input, axis);
      if (!overridden) {
        TACIT_ASSIGN(int64_t n, length(input, axis));
        type.shape.push_back(n);
        continue;
      }
      const int64_t wanted = override_shape->second[static_cast<size_t>(axis)];
      if (!is_symbolic(dim) && dim.dim_value() != wanted) {
        return fail(Code::kUsage, place, static_cast<uint64_t>(axis),
                    "the file fixes this axis at " + std::to_string(dim.dim_value()));
      }
      type.shape.push_back(wanted);
    }
    if (rank > 0 && is_symbolic(dimension(input, 0))) batch_axis = 0;
  }
  TACIT_TRY(element_count(type.shape, place));
  return type;
}

bool InputShapes::carries_batch(const pb::ValueInfoProto& output) const {
  if (!has_shape(output) || output.type().tensor_type().shape().dim_size() == 0) return false;
  const auto& first = dimension(output, 0);
  return is_symbolic(first) && batch_names_.contains(first.dim_param());
}

Status InputShapes::check_all_used() const {
  if (options_.batch < 1) return fail(Code::kUsage, "batch", 0, "a batch has at least one sample");
  for (const auto& [name, length] : options_.dimensions) {
    if (!used_.contains(name))
      return fail(Code::kUsage, "axis " + printable(name), 0, "no symbolic axis has this name");
    if (length < 1) return fail(Code::kUsage, "axis " + printable(name), 0, "a length is at least 1");
  }
  for (const auto& [name, shape] : options_.shapes) {
    if (!used_.contains(name)) return fail(Code::kUsage, "input " + printable(name), 0, "no input has this name");
  }
  return {};
}

}  // namespace tacit::model
