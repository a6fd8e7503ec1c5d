// Slice: start, end and step per axis; attributes up to opset 9 (step 1), inputs later.
#include <algorithm>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

// Per axis of the input: where the slice begins, its step, and its length.
struct Cut {
  int64_t first = 0;
  int64_t step = 1;
  int64_t length = 0;
};

// Negative positions count from the end; positions outside are clamped, as numpy does.
Cut cut_axis(int64_t length, int64_t start, int64_t end, int64_t step) {
  if (start < 0) start += length;
  if (end < 0 && end >= -length) end += length;
  if (step > 0) {
    start = std::clamp<int64_t>(start, 0, length);
    end = std::clamp<int64_t>(end, 0, length);
    return {start, step, end > start ? (end - start - 1) / step + 1 : 0};
  }
  start = std::clamp<int64_t>(start, -1, length - 1);
  end = std::clamp<int64_t>(end, -1, length - 1);
  return {start, step, end < start ? (start - end - 1) / -step + 1 : 0};
}

Result<std::vector<int64_t>> read(const Args& args, size_t input, std::string_view name) {
  if (args.has(input)) return args.constant_ints(input, name);
  return args.node().integers(name);
}

Result<std::vector<Cut>> read_cuts(const Args& args) {
  TACIT_ASSIGN(const std::vector<int64_t> starts, read(args, 1, "starts"));
  TACIT_ASSIGN(const std::vector<int64_t> ends, read(args, 2, "ends"));
  TACIT_ASSIGN(std::vector<int64_t> axes, read(args, 3, "axes"));
  TACIT_ASSIGN(std::vector<int64_t> steps, read(args, 4, "steps"));
  if (axes.empty()) {
    for (size_t i = 0; i < starts.size(); ++i) axes.push_back(static_cast<int64_t>(i));
  }
  if (steps.empty()) steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) {
    return args.refuse(Code::kBadModel, "starts, ends, axes and steps must have the same length");
  }
  const Shape& x = args.shape(0);
  TACIT_TRY(resolve_axes(args, axes, x.size()));
  std::vector<Cut> cuts(x.size());
  for (size_t axis = 0; axis < x.size(); ++axis) cuts[axis].length = x[axis];
  for (size_t i = 0; i < axes.size(); ++i) {
    if (steps[i] == 0) return args.refuse(Code::kBadModel, "a step is 0");
    TACIT_ASSIGN(const size_t axis, resolve_axis(args, axes[i], x.size()));
    // A step beyond the axis takes one element, whatever its size.
    const int64_t step = std::clamp(steps[i], -kMaxElements, kMaxElements);
    cuts[axis] = cut_axis(x[axis], starts[i], ends[i], step);
  }
  return cuts;
}

Result<Types> shape_slice(const Args& args) {
  TACIT_ASSIGN(const std::vector<Cut> cuts, read_cuts(args));
  Shape y;
  for (const Cut& cut : cuts) y.push_back(cut.length);
  return Types{{args.type(0).dtype, std::move(y)}};
}

Result<std::vector<Move>> move_slice(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const std::vector<Cut> cuts, read_cuts(args));
  Shape strides = row_major_strides(args.shape(0));
  int64_t offset = 0;
  for (size_t axis = 0; axis < cuts.size(); ++axis) {
    offset += cuts[axis].first * strides[axis];
    strides[axis] *= cuts[axis].step;
  }
  return std::vector<Move>{strided_move(0, outputs[0].shape, offset, strides)};
}

}  // namespace

TACIT_OPERATORS(slice) {
  using enum AttributeType;
  table.add({.name = "Slice",
             .opsets = {7, 9},
             .inputs = {1, 1},
             .attributes = {{"axes", kInts}, {"ends", kInts}, {"starts", kInts}},
             .shape = shape_slice,
             .move = move_slice});
  table.add({.name = "Slice", .opsets = {10, 26}, .inputs = {3, 5}, .shape = shape_slice, .move = move_slice});
}

}  // namespace tacit::model
