// Expand and Tile: copies of the input along axes.
#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

Result<Types> shape_expand(const Args& args) {
  TACIT_ASSIGN(const Shape target, args.constant_ints(1, "the shape"));
  TACIT_TRY(element_count(target, args.node().place()));
  TACIT_ASSIGN(Shape y, broadcast_shapes(args, args.shape(0), target));
  return Types{{args.type(0).dtype, std::move(y)}};
}

Result<std::vector<Move>> move_expand(const Args& args, const Types& outputs) {
  const Shape& y = outputs[0].shape;
  return std::vector<Move>{strided_move(0, y, 0, broadcast_strides(args.shape(0), y))};
}

Result<Types> shape_tile(const Args& args) {
  TACIT_ASSIGN(const std::vector<int64_t> repeats, args.constant_ints(1, "repeats"));
  if (repeats.size() != args.rank(0)) return args.refuse(Code::kBadModel, "repeats must have one entry per axis");
  Shape y = args.shape(0);
  for (size_t axis = 0; axis < y.size(); ++axis) {
    if (__builtin_mul_overflow(y[axis], repeats[axis], &y[axis]))
      return args.refuse(Code::kTooLarge, "repeats is too large");
  }
  return Types{{args.type(0).dtype, std::move(y)}};
}

// Each axis of the output is two: the copy (stride 0) and the place within the input's axis.
Result<std::vector<Move>> move_tile(const Args& args, const Types& outputs) {
  const Shape& x = args.shape(0);
  const Shape own = row_major_strides(x);
  Shape shape, strides;
  for (size_t axis = 0; axis < x.size(); ++axis) {
    shape.insert(shape.end(), {x[axis] == 0 ? 0 : outputs[0].shape[axis] / x[axis], x[axis]});
    strides.insert(strides.end(), {0, own[axis]});
  }
  return std::vector<Move>{strided_move(0, shape, 0, strides)};
}

}  // namespace

TACIT_OPERATORS(broadcast) {
  table.add({.name = "Expand", .opsets = {8, 26}, .inputs = {2, 2}, .shape = shape_expand, .move = move_expand});
  table.add({.name = "Tile", .opsets = {7, 26}, .inputs = {2, 2}, .shape = shape_tile, .move = move_tile});
}

}  // namespace tacit::model
