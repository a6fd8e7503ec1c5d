#include "tacit/model/ops/common.h"

#include <algorithm>
#include <numeric>

namespace tacit::model {

Status one_type(const Args& args, Kind kind, std::initializer_list<size_t> inputs) {
  std::optional<DType> found;
  for (size_t i : inputs) {
    if (!args.has(i)) continue;
    const DType dtype = args.type(i).dtype;
    if ((kind == Kind::kReal && !is_real(dtype)) || (kind == Kind::kNumber && dtype == DType::kBool)) {
      return args.refuse(Code::kUnsupported, std::string("the operator does not take ") + dtype_name(dtype));
    }
    if (found && *found != dtype) {
      return args.refuse(Code::kBadModel, std::string("the inputs mix ") + dtype_name(*found) + " and " +
                                              dtype_name(dtype) + "; insert a Cast");
    }
    found = dtype;
  }
  return {};
}

namespace {
Result<Types> same(const Args& args, Kind kind) {
  TACIT_TRY(one_type(args, kind, {0}));
  return Types{args.type(0)};
}
}  // namespace

Result<Types> same_type(const Args& args) { return same(args, Kind::kAny); }
Result<Types> same_number(const Args& args) { return same(args, Kind::kNumber); }
Result<Types> same_real(const Args& args) { return same(args, Kind::kReal); }

Result<Types> broadcast_numbers(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kNumber, {0, 1}));
  TACIT_ASSIGN(Shape shape, broadcast_shapes(args, args.shape(0), args.shape(1)));
  return Types{{args.type(0).dtype, std::move(shape)}};
}

Result<Shape> broadcast_shapes(const Args& args, const Shape& a, const Shape& b) {
  Shape shape(std::max(a.size(), b.size()));
  for (size_t from_last = 1; from_last <= shape.size(); ++from_last) {
    const int64_t x = from_last <= a.size() ? a[a.size() - from_last] : 1;
    const int64_t y = from_last <= b.size() ? b[b.size() - from_last] : 1;
    if (x != y && x != 1 && y != 1) {
      return args.refuse(Code::kBadModel, "the shapes " + shape_text(a) + " and " + shape_text(b) + " don't broadcast");
    }
    shape[shape.size() - from_last] = x == 1 ? y : x;
  }
  return shape;
}

Shape broadcast_strides(const Shape& from, const Shape& to) {
  const Shape own = row_major_strides(from);
  Shape strides(to.size());
  const size_t missing = to.size() - from.size();
  for (size_t axis = 0; axis < from.size(); ++axis) {
    strides[missing + axis] = from[axis] == 1 ? 0 : own[axis];
  }
  return strides;
}

Result<size_t> resolve_axis(const Args& args, int64_t axis, size_t rank) {
  const int64_t signed_rank = static_cast<int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) {
    return args.refuse(Code::kBadModel,
                       "axis " + std::to_string(axis) + " is outside a tensor with " + std::to_string(rank) + " axes");
  }
  return static_cast<size_t>(axis < 0 ? axis + signed_rank : axis);
}

Result<std::vector<bool>> resolve_axes(const Args& args, std::span<const int64_t> axes, size_t rank) {
  std::vector<bool> mask(rank);
  for (int64_t axis : axes) {
    TACIT_ASSIGN(size_t resolved, resolve_axis(args, axis, rank));
    if (mask[resolved]) return args.refuse(Code::kBadModel, "axis " + std::to_string(axis) + " is named twice");
    mask[resolved] = true;
  }
  return mask;
}

int64_t span_size(const Shape& shape, size_t begin, size_t end) {
  int64_t size = 1;
  for (size_t axis = begin; axis < end; ++axis) size *= shape[axis];
  return size;
}

Move strided_move(uint32_t input, const Shape& shape, int64_t offset, const Shape& strides) {
  Move move;
  move.sources.resize(static_cast<size_t>(span_size(shape, 0, shape.size())));
  walk(shape, std::array<Shape, 1>{strides}, [&](size_t i, const auto& at) {
    move.sources[i] = {input, offset + at[0]};
  });
  return move;
}

Result<std::vector<Move>> keep_elements(const Args&, const Types& outputs) {
  Move move;
  move.sources.resize(static_cast<size_t>(span_size(outputs[0].shape, 0, outputs[0].shape.size())));
  for (size_t i = 0; i < move.sources.size(); ++i) move.sources[i] = {0, static_cast<int64_t>(i)};
  return std::vector<Move>{std::move(move)};
}

tl::unexpected<Error> out_of_range(const Args& args, DType dtype) {
  return args.refuse(Code::kUnsupported, std::string("an integer result lies outside ") + dtype_name(dtype) +
                                             "; integers are exact and never wrap");
}

Args emit_args(const EmitContext& context, const Node& node) {
  std::vector<const ValueType*> types;
  std::vector<const Tensor*> tensors;
  for (ValueId id : node.inputs) {
    types.push_back(id == kNoValue ? nullptr : &context.graph().type(id));
    tensors.push_back(context.graph().constant(id));
  }
  return Args(node, std::move(types), std::move(tensors));
}

std::vector<uint32_t> by_label(const std::vector<uint32_t>& labels) {
  std::vector<uint32_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](uint32_t i, uint32_t j) { return labels[i] < labels[j]; });
  return order;
}

// Halves against halves; they overlap in the middle where the length is odd.
Result<Form> largest_along(EmitContext& e, Form x, size_t axis) {
  while (!x.axes[axis].empty()) {
    TACIT_ASSIGN(const uint32_t label, e.single_label(x, axis));
    const uint32_t n = static_cast<uint32_t>(x.length(label)), half = (n + 1) / 2;
    Form a = x, b = x;
    resample(a, label, 0, 1, half);
    resample(b, label, n - half, 1, half);
    TACIT_ASSIGN(x, e.maximum(std::move(a), std::move(b)));
    if (!e.is_operand(x)) x = e.solid(x);
  }
  return x;
}

Result<Form> plus_bias(EmitContext& e, const Node& node, Form y) {
  const Args args = emit_args(e, node);
  if (!args.has(2)) return y;
  if (args.known(2) == nullptr) return e.refuse(Code::kUnsupported, "the bias of a convolution must be constant");
  std::vector<uint32_t> features;
  for (const uint32_t label : y.axes[1]) features.push_back(static_cast<uint32_t>(y.length(label)));
  TACIT_ASSIGN(Form bias, e.bias(node.inputs[2], y.exponent, {features}));
  bias.axes.resize(y.axes.size() - 1);
  return e.add(std::move(y), std::move(bias));
}

}  // namespace tacit::model
