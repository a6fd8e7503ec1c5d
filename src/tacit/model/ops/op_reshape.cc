// Operators that keep the elements and their order: Reshape, Flatten, Squeeze, Unsqueeze.
#include <algorithm>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

// 0 copies the input's length (unless allowzero), one −1 takes what remains.
Result<Types> shape_reshape(const Args& args) {
  TACIT_ASSIGN(Shape shape, args.constant_ints(1, "the shape"));
  const Shape& x = args.shape(0);
  const bool copy_zeros = args.node().integer("allowzero", 0) == 0;
  size_t free_axis = shape.size();
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 0 && copy_zeros) {
      if (axis >= x.size()) return args.refuse(Code::kBadModel, "a 0 copies an axis that the input lacks");
      shape[axis] = x[axis];
    } else if (shape[axis] == -1) {
      if (free_axis != shape.size()) return args.refuse(Code::kBadModel, "only one axis may be -1");
      free_axis = axis;
    }
  }
  TACIT_ASSIGN(const int64_t count, element_count(x, args.node().place()));
  if (free_axis != shape.size()) {
    shape[free_axis] = 1;
    TACIT_ASSIGN(const int64_t others, element_count(shape, args.node().place()));
    if (others == 0 || count % others != 0) {
      return args.refuse(Code::kBadModel, shape_text(x) + " can't be divided into " + shape_text(shape));
    }
    shape[free_axis] = count / others;
  }
  TACIT_ASSIGN(const int64_t new_count, element_count(shape, args.node().place()));
  if (new_count != count) {
    return args.refuse(Code::kBadModel, shape_text(x) + " can't take the shape " + shape_text(shape));
  }
  return Types{{args.type(0).dtype, std::move(shape)}};
}

Result<Types> shape_flatten(const Args& args) {
  const Shape& x = args.shape(0);
  int64_t axis = args.node().integer("axis", 1);
  const int64_t rank = static_cast<int64_t>(x.size());
  if (axis < -rank || axis > rank) return args.refuse(Code::kBadModel, "axis is outside the input " + shape_text(x));
  if (axis < 0) axis += rank;
  const size_t split = static_cast<size_t>(axis);
  return Types{{args.type(0).dtype, {span_size(x, 0, split), span_size(x, split, x.size())}}};
}

// The axes stand in an attribute up to opset 12, in an input later.
Result<std::optional<std::vector<int64_t>>> read_axes(const Args& args) {
  if (args.has(1)) {
    TACIT_ASSIGN(std::vector<int64_t> axes, args.constant_ints(1, "axes"));
    return std::optional(std::move(axes));
  }
  if (args.node().has("axes")) return std::optional(args.node().integers("axes"));
  return std::optional<std::vector<int64_t>>();
}

// Without axes, every axis of length 1 goes.
Result<Types> shape_squeeze(const Args& args) {
  const Shape& x = args.shape(0);
  std::vector<bool> drop(x.size());
  TACIT_ASSIGN(const auto axes, read_axes(args));
  if (axes) {
    TACIT_ASSIGN(drop, resolve_axes(args, *axes, x.size()));
  } else {
    for (size_t axis = 0; axis < x.size(); ++axis) drop[axis] = x[axis] == 1;
  }
  Shape y;
  for (size_t axis = 0; axis < x.size(); ++axis) {
    if (!drop[axis]) {
      y.push_back(x[axis]);
    } else if (x[axis] != 1) {
      return args.refuse(Code::kBadModel, "axis " + std::to_string(axis) + " of " + shape_text(x) + " isn't 1 long");
    }
  }
  return Types{{args.type(0).dtype, std::move(y)}};
}

// The axes count in the output.
Result<Types> shape_unsqueeze(const Args& args) {
  TACIT_ASSIGN(const auto axes, read_axes(args));
  if (!axes) return args.refuse(Code::kBadModel, "axes are missing");
  const size_t rank = args.rank(0) + axes->size();
  if (rank > kMaxRank) return args.refuse(Code::kTooLarge, "the output has too many axes");
  TACIT_ASSIGN(const std::vector<bool> added, resolve_axes(args, *axes, rank));
  Shape y;
  size_t next = 0;
  for (size_t axis = 0; axis < rank; ++axis) y.push_back(added[axis] ? 1 : args.shape(0)[next++]);
  return Types{{args.type(0).dtype, std::move(y)}};
}

}  // namespace

TACIT_OPERATORS(reshape) {
  using enum AttributeType;
  table.add({.name = "Reshape", .opsets = {7, 13}, .inputs = {2, 2}, .shape = shape_reshape, .move = keep_elements});
  table.add({.name = "Reshape",
             .opsets = {14, 26},
             .inputs = {2, 2},
             .attributes = {{"allowzero", kInt}},
             .shape = shape_reshape,
             .move = keep_elements});
  table.add({.name = "Flatten",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .attributes = {{"axis", kInt}},
             .shape = shape_flatten,
             .move = keep_elements});
  struct Axes {
    std::string_view name;
    ShapeRule shape;
    int min_inputs;
  };
  for (const Axes& op : {Axes{"Squeeze", shape_squeeze, 1}, {"Unsqueeze", shape_unsqueeze, 2}}) {
    table.add({.name = op.name,
               .opsets = {7, 12},
               .inputs = {1, 1},
               .attributes = {{"axes", kInts}},
               .shape = op.shape,
               .move = keep_elements});
    table.add(
        {.name = op.name, .opsets = {13, 26}, .inputs = {op.min_inputs, 2}, .shape = op.shape, .move = keep_elements});
  }
}

}  // namespace tacit::model
