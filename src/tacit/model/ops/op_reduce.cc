// ReduceSum, ReduceMean and ReduceMax over a set of axes: an attribute at first, an input later.
#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

// The axes to reduce; none named means all, or none with noop_with_empty_axes.
Result<std::vector<bool>> reduced_axes(const Args& args) {
  std::vector<int64_t> axes = args.node().integers("axes");
  if (args.has(1)) {
    TACIT_ASSIGN(axes, args.constant_ints(1, "axes"));
  }
  if (axes.empty()) return std::vector<bool>(args.rank(0), args.node().integer("noop_with_empty_axes", 0) == 0);
  return resolve_axes(args, axes, args.rank(0));
}

Result<Types> shape_reduce(const Args& args) {
  TACIT_ASSIGN(const std::vector<bool> reduced, reduced_axes(args));
  const bool keep = args.node().integer("keepdims", 1) != 0;
  Shape y;
  for (size_t axis = 0; axis < reduced.size(); ++axis) {
    if (!reduced[axis]) {
      y.push_back(args.shape(0)[axis]);
    } else if (keep) {
      y.push_back(1);
    }
  }
  return Types{{args.type(0).dtype, std::move(y)}};
}

Result<Types> shape_sum(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kNumber, {0}));
  return shape_reduce(args);
}

Result<Types> shape_mean(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0}));
  TACIT_ASSIGN(const std::vector<bool> reduced, reduced_axes(args));
  for (size_t axis = 0; axis < reduced.size(); ++axis) {
    if (reduced[axis] && args.shape(0)[axis] == 0) return args.refuse(Code::kBadModel, "an empty axis has no mean");
  }
  return shape_reduce(args);
}

// Strides over the input that give positions in the output: 0 along reduced axes.
Shape output_strides(const Shape& input, const std::vector<bool>& reduced) {
  Shape strides(input.size());
  int64_t step = 1;
  for (size_t axis = input.size(); axis-- > 0;) {
    if (reduced[axis]) continue;
    strides[axis] = step;
    step *= input[axis];
  }
  return strides;
}

Result<Tensors> eval_sum(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const std::vector<bool> reduced, reduced_axes(args));
  const Tensor& x = args.tensor(0);
  Tensor y(outputs[0]);
  const std::array<Shape, 1> strides = {output_strides(x.shape(), reduced)};
  if (y.is_real()) {
    walk(x.shape(), strides, [in = x.reals(), out = y.reals()](size_t i, const auto& at) { out[at[0]] += in[i]; });
    return Tensors{std::move(y)};
  }
  bool fits = true;
  walk(x.shape(), strides, [&fits, in = x.ints(), out = y.ints()](size_t i, const auto& at) {
    fits &= !__builtin_add_overflow(out[at[0]], in[i], &out[at[0]]);
  });
  const IntRange range = int_range(y.dtype());
  for (int64_t v : y.ints()) fits &= v >= range.min && v <= range.max;
  if (!fits) return out_of_range(args, y.dtype());
  return Tensors{std::move(y)};
}

Result<Tensors> eval_mean(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(Tensors sums, eval_sum(args, outputs));
  const double per_output = sums[0].size() == 0 ? 1 : static_cast<double>(args.tensor(0).size() / sums[0].size());
  for (double& v : sums[0].reals()) v /= per_output;
  return sums;
}

Result<Types> shape_max(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kNumber, {0}));
  TACIT_ASSIGN(const std::vector<bool> reduced, reduced_axes(args));
  for (size_t axis = 0; axis < reduced.size(); ++axis)
    if (reduced[axis] && args.shape(0)[axis] == 0)
      return args.refuse(Code::kUnsupported, "a maximum over an empty axis");
  return shape_reduce(args);
}

Result<Tensors> eval_max(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const std::vector<bool> reduced, reduced_axes(args));
  const Tensor& x = args.tensor(0);
  Tensor y(outputs[0]);
  std::vector<bool> seen(y.size(), false);
  walk(x.shape(), std::array<Shape, 1>{output_strides(x.shape(), reduced)}, [&](size_t i, const auto& at) {
    const size_t to = static_cast<size_t>(at[0]);
    if (y.is_real()) {
      y.reals()[to] = seen[to] ? std::max(y.reals()[to], x.reals()[i]) : x.reals()[i];
    } else {
      y.ints()[to] = seen[to] ? std::max(y.ints()[to], x.ints()[i]) : x.ints()[i];
    }
    seen[to] = true;
  });
  return Tensors{std::move(y)};
}

Status emit_max(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(const std::vector<bool> reduced, reduced_axes(emit_args(e, node)));
  TACIT_ASSIGN(Form x, e.operand(node.inputs[0]));
  for (size_t axis = 0; axis < reduced.size(); ++axis) {
    if (!reduced[axis]) continue;
    TACIT_ASSIGN(x, largest_along(e, std::move(x), axis));
  }
  TACIT_ASSIGN(x, e.reshaped(std::move(x), e.graph().type(node.outputs[0]).shape));
  return e.set(node.outputs[0], std::move(x));
}

Result<Form> emit_total(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(const std::vector<bool> reduced, reduced_axes(emit_args(e, node)));
  TACIT_ASSIGN(Form sum, e.sum_over(node.inputs[0], reduced));
  return e.reshaped(std::move(sum), e.graph().type(node.outputs[0]).shape);
}

Status emit_sum(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(Form sum, emit_total(e, node));
  return e.set(node.outputs[0], std::move(sum));
}

Status emit_mean(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(Form sum, emit_total(e, node));
  const Shape& x = e.graph().type(node.inputs[0]).shape;
  const Shape& y = e.graph().type(node.outputs[0]).shape;
  const int64_t n = span_size(x, 0, x.size()) / std::max<int64_t>(1, span_size(y, 0, y.size()));
  TACIT_ASSIGN(sum, e.divided(std::move(sum), n));
  return e.set(node.outputs[0], std::move(sum));
}

}  // namespace

TACIT_OPERATORS(reduce) {
  using enum AttributeType;
  struct Reduction {
    std::string_view name;
    int axes_input_since;
    ShapeRule shape;
    EvalRule eval;
    EmitRule emit;
  };
  for (const Reduction& op : {Reduction{"ReduceSum", 13, shape_sum, eval_sum, emit_sum},
                              {"ReduceMean", 18, shape_mean, eval_mean, emit_mean},
                              {"ReduceMax", 18, shape_max, eval_max, emit_max}}) {
    table.add({.name = op.name,
               .opsets = {7, op.axes_input_since - 1},
               .inputs = {1, 1},
               .attributes = {{"axes", kInts}, {"keepdims", kInt}},
               .shape = op.shape,
               .eval = op.eval,
               .emit = op.emit});
    table.add({.name = op.name,
               .opsets = {op.axes_input_since, 26},
               .inputs = {1, 2},
               .attributes = {{"keepdims", kInt}, {"noop_with_empty_axes", kInt}},
               .shape = op.shape,
               .eval = op.eval,
               .emit = op.emit});
  }
}

}  // namespace tacit::model
