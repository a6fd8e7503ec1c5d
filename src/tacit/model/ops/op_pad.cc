// Pad: constant, reflect, edge and wrap. Pads are [begin of each axis..., end of each axis...]; negative ones
// crop.
#include <algorithm>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

struct Pads {
  std::vector<int64_t> begin;  // per axis of the input
  std::vector<int64_t> end;
};

// From opset 18 on, an input may name the axes that the pads are for.
Result<Pads> read_pads(const Args& args) {
  std::vector<int64_t> pads = args.node().integers("pads");
  if (args.has(1)) {
    TACIT_ASSIGN(pads, args.constant_ints(1, "pads"));
  }
  const size_t rank = args.rank(0);
  std::vector<int64_t> axes;
  if (args.has(3)) {
    TACIT_ASSIGN(axes, args.constant_ints(3, "axes"));
  } else {
    for (size_t axis = 0; axis < rank; ++axis) axes.push_back(static_cast<int64_t>(axis));
  }
  TACIT_TRY(resolve_axes(args, axes, rank));
  if (pads.size() != 2 * axes.size()) return args.refuse(Code::kBadModel, "pads must have two entries per axis");
  Pads result = {std::vector<int64_t>(rank), std::vector<int64_t>(rank)};
  for (size_t i = 0; i < axes.size(); ++i) {
    TACIT_ASSIGN(const size_t axis, resolve_axis(args, axes[i], rank));
    for (int64_t pad : {pads[i], pads[axes.size() + i]}) {
      if (pad < -kMaxElements || pad > kMaxElements) return args.refuse(Code::kTooLarge, "a pad is too large");
    }
    result.begin[axis] = pads[i];
    result.end[axis] = pads[axes.size() + i];
  }
  return result;
}

Result<Types> shape_pad(const Args& args) {
  TACIT_ASSIGN(const Pads pads, read_pads(args));
  const std::string mode = args.node().text("mode", "constant");
  if (mode != "constant" && mode != "reflect" && mode != "edge" && mode != "wrap") {
    return args.refuse(Code::kBadModel, "the mode '" + printable(mode) + "' is unknown");
  }
  if (args.has(2) && (args.type(2).dtype != args.type(0).dtype || span_size(args.shape(2), 0, args.rank(2)) != 1)) {
    return args.refuse(Code::kBadModel, "the constant must be a scalar of the input's type");
  }
  ValueType y = args.type(0);
  for (size_t axis = 0; axis < y.shape.size(); ++axis) {
    const int64_t length = y.shape[axis];
    y.shape[axis] += pads.begin[axis] + pads.end[axis];
    if (y.shape[axis] < 0) return args.refuse(Code::kBadModel, "the pads crop more than the input has");
    const bool grows = pads.begin[axis] > 0 || pads.end[axis] > 0;
    if (mode != "constant" && grows && length == 0)
      return args.refuse(Code::kBadModel, "an empty axis can't be continued");
    if (mode == "reflect" && std::max(pads.begin[axis], pads.end[axis]) >= std::max<int64_t>(length, 1)) {
      return args.refuse(Code::kBadModel, "a reflection can't be longer than its axis");
    }
  }
  return Types{std::move(y)};
}

// The input position that position `at` (which may lie outside) shows, or −1 for the constant.
int64_t reflect_into(const std::string& mode, int64_t at, int64_t length) {
  if (at >= 0 && at < length) return at;
  if (mode == "edge") return std::clamp<int64_t>(at, 0, length - 1);
  if (mode == "reflect") return at < 0 ? -at : 2 * (length - 1) - at;
  if (mode == "wrap") return (at % length + length) % length;
  return -1;
}

Result<std::vector<Move>> move_pad(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const Pads pads, read_pads(args));
  const std::string mode = args.node().text("mode", "constant");
  const Shape& x = args.shape(0);
  const Shape steps = row_major_strides(x);
  Move move;
  move.fill = args.node().real("value", 0);
  const Source outside = args.has(2) ? Source{2, 0} : Source{};
  // Axis by axis from the outermost: the flat positions of all index prefixes; −1 is outside.
  std::vector<int64_t> positions = {0};
  for (size_t axis = 0; axis < x.size(); ++axis) {
    std::vector<int64_t> next;
    next.reserve(positions.size() * static_cast<size_t>(outputs[0].shape[axis]));
    for (int64_t base : positions) {
      for (int64_t i = 0; i < outputs[0].shape[axis]; ++i) {
        const int64_t at = reflect_into(mode, i - pads.begin[axis], x[axis]);
        next.push_back(base < 0 || at < 0 ? -1 : base + at * steps[axis]);
      }
    }
    positions = std::move(next);
  }
  for (int64_t at : positions) move.sources.push_back(at < 0 ? outside : Source{0, at});
  return std::vector<Move>{std::move(move)};
}

}  // namespace

TACIT_OPERATORS(pad) {
  using enum AttributeType;
  table.add({.name = "Pad",
             .opsets = {7, 10},
             .inputs = {1, 1},
             .attributes = {{"mode", kString}, {"pads", kInts}, {"value", kReal}},
             .shape = shape_pad,
             .move = move_pad});
  table.add({.name = "Pad",
             .opsets = {11, 26},
             .inputs = {2, 4},
             .attributes = {{"mode", kString}},
             .shape = shape_pad,
             .move = move_pad});
}

}  // namespace tacit::model
