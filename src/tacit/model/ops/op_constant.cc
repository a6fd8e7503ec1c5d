// Constant, ConstantOfShape, Shape: values that the file or the static shapes give.
#include <algorithm>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

// The one attribute of a Constant as a tensor: value, value_int(s) or value_float(s).
Result<Tensor> constant_value(const Args& args) {
  const Node& node = args.node();
  if (node.attributes.size() != 1) return args.refuse(Code::kBadModel, "a constant has exactly one value");
  if (const Tensor* value = node.tensor("value")) return *value;
  if (node.has("value_int")) return Tensor({DType::kInt64, {}}, std::vector{node.integer("value_int", 0)});
  if (node.has("value_float")) return Tensor({DType::kFloat32, {}}, std::vector{node.real("value_float", 0)});
  if (node.has("value_ints")) {
    std::vector<int64_t> values = node.integers("value_ints");
    Shape shape = {static_cast<int64_t>(values.size())};
    TACIT_TRY(element_count(shape, node.place()));
    return Tensor({DType::kInt64, std::move(shape)}, std::move(values));
  }
  std::vector<double> values = node.reals("value_floats");
  Shape shape = {static_cast<int64_t>(values.size())};
  TACIT_TRY(element_count(shape, node.place()));
  return Tensor({DType::kFloat32, std::move(shape)}, std::move(values));
}

Result<Types> shape_constant(const Args& args) {
  TACIT_ASSIGN(const Tensor value, constant_value(args));
  return Types{value.type()};
}

Result<Tensors> eval_constant(const Args& args, const Types&) {
  TACIT_ASSIGN(Tensor value, constant_value(args));
  return Tensors{std::move(value)};
}

Result<Types> shape_constant_of_shape(const Args& args) {
  TACIT_ASSIGN(Shape shape, args.constant_ints(0, "the shape"));
  const Tensor* value = args.node().tensor("value");
  if (value != nullptr && value->size() != 1) return args.refuse(Code::kBadModel, "value must have one element");
  return Types{{value != nullptr ? value->dtype() : DType::kFloat32, std::move(shape)}};
}

Result<Tensors> eval_constant_of_shape(const Args& args, const Types& outputs) {
  Tensor y(outputs[0]);
  const Tensor* value = args.node().tensor("value");
  if (value == nullptr) return Tensors{std::move(y)};
  if (y.is_real()) {
    std::ranges::fill(y.reals(), value->reals()[0]);
  } else {
    std::ranges::fill(y.ints(), value->ints()[0]);
  }
  return Tensors{std::move(y)};
}

// From opset 15 on, start and end cut the list of lengths; they are clamped.
std::pair<size_t, size_t> shape_bounds(const Args& args) {
  const int64_t rank = static_cast<int64_t>(args.rank(0));
  auto resolve = [rank](int64_t axis) {
    return static_cast<size_t>(std::clamp<int64_t>(axis < 0 ? axis + rank : axis, 0, rank));
  };
  const size_t start = resolve(args.node().integer("start", 0));
  const size_t end = resolve(args.node().integer("end", rank));
  return {start, std::max(start, end)};
}

Result<Types> shape_shape(const Args& args) {
  const auto [start, end] = shape_bounds(args);
  return Types{{DType::kInt64, {static_cast<int64_t>(end - start)}}};
}

Result<Tensors> eval_shape(const Args& args, const Types& outputs) {
  const auto [start, end] = shape_bounds(args);
  Tensor y(outputs[0]);
  for (size_t i = start; i < end; ++i) y.ints()[i - start] = args.shape(0)[i];
  return Tensors{std::move(y)};
}

}  // namespace

TACIT_OPERATORS(constant) {
  using enum AttributeType;
  table.add({.name = "Constant",
             .opsets = {7, 26},
             .inputs = {0, 0},
             .attributes = {{"value", kTensor},
                            {"value_float", kReal},
                            {"value_floats", kReals},
                            {"value_int", kInt},
                            {"value_ints", kInts}},
             .shape = shape_constant,
             .eval = eval_constant});
  table.add({.name = "ConstantOfShape",
             .opsets = {9, 26},
             .inputs = {1, 1},
             .attributes = {{"value", kTensor}},
             .shape = shape_constant_of_shape,
             .eval = eval_constant_of_shape});
  table.add({.name = "Shape",
             .opsets = {7, 14},
             .inputs = {1, 1},
             .shape = shape_shape,
             .eval = eval_shape,
             .from_types = true});
  table.add({.name = "Shape",
             .opsets = {15, 26},
             .inputs = {1, 1},
             .attributes = {{"end", kInt}, {"start", kInt}},
             .shape = shape_shape,
             .eval = eval_shape,
             .from_types = true});
}

}  // namespace tacit::model
