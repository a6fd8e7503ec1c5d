// Operators that rearrange along axes: Transpose, Concat, Split, Gather.
#include <algorithm>
#include <numeric>

#include "tacit/model/ops/common.h"
#include "tacit/model/ops/move.h"

namespace tacit::model {
namespace {

// The axis of the input that each axis of the output shows; without perm, the order is reversed.
Result<std::vector<size_t>> read_permutation(const Args& args) {
  std::vector<int64_t> perm = args.node().integers("perm");
  const size_t rank = args.rank(0);
  if (!args.node().has("perm")) {
    perm.resize(rank);
    std::iota(perm.rbegin(), perm.rend(), 0);
  }
  if (perm.size() != rank) return args.refuse(Code::kBadModel, "perm must have one entry per axis");
  TACIT_TRY(resolve_axes(args, perm, rank));
  std::vector<size_t> axes;
  for (int64_t axis : perm) axes.push_back(static_cast<size_t>(axis < 0 ? axis + static_cast<int64_t>(rank) : axis));
  return axes;
}

Result<Types> shape_transpose(const Args& args) {
  TACIT_ASSIGN(const std::vector<size_t> perm, read_permutation(args));
  Shape y;
  for (size_t axis : perm) y.push_back(args.shape(0)[axis]);
  return Types{{args.type(0).dtype, std::move(y)}};
}

Result<std::vector<Move>> move_transpose(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const std::vector<size_t> perm, read_permutation(args));
  const Shape own = row_major_strides(args.shape(0));
  Shape strides;
  for (size_t axis : perm) strides.push_back(own[axis]);
  return std::vector<Move>{strided_move(0, outputs[0].shape, 0, strides)};
}

Result<Types> shape_concat(const Args& args) {
  if (!args.node().has("axis")) return args.refuse(Code::kBadModel, "axis is missing");
  TACIT_ASSIGN(const size_t axis, resolve_axis(args, args.node().integer("axis", 0), args.rank(0)));
  ValueType y = args.type(0);
  for (size_t i = 1; i < args.size(); ++i) {
    if (!args.has(i) || args.type(i).dtype != y.dtype) return args.refuse(Code::kBadModel, "the inputs mix types");
    Shape expected = y.shape;
    if (args.rank(i) == expected.size()) expected[axis] = args.shape(i)[axis];
    if (args.shape(i) != expected) {
      return args.refuse(Code::kBadModel,
                         shape_text(args.shape(i)) + " doesn't line up with " + shape_text(args.shape(0)));
    }
    y.shape[axis] += args.shape(i)[axis];
    TACIT_TRY(element_count(y.shape, args.node().place()));
  }
  return Types{std::move(y)};
}

Result<std::vector<Move>> move_concat(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const size_t axis, resolve_axis(args, args.node().integer("axis", 0), args.rank(0)));
  const Shape& y = outputs[0].shape;
  const int64_t outer = span_size(y, 0, axis);
  Move move;
  move.sources.reserve(static_cast<size_t>(span_size(y, 0, y.size())));
  for (int64_t row = 0; row < outer; ++row) {
    for (size_t i = 0; i < args.size(); ++i) {
      const int64_t chunk = span_size(args.shape(i), axis, y.size());
      for (int64_t k = 0; k < chunk; ++k) move.sources.push_back({static_cast<uint32_t>(i), row * chunk + k});
    }
  }
  return std::vector<Move>{std::move(move)};
}

// Lengths of the parts: given as attribute or input, else equal, the last one shorter from opset 18 on.
Result<std::vector<int64_t>> split_lengths(const Args& args, int64_t total) {
  const Node& node = args.node();
  const int64_t parts = static_cast<int64_t>(node.outputs.size());
  if (node.integer("num_outputs", parts) != parts) {
    return args.refuse(Code::kBadModel, "num_outputs contradicts the number of outputs");
  }
  std::vector<int64_t> lengths = node.integers("split");
  if (args.has(1)) {
    TACIT_ASSIGN(lengths, args.constant_ints(1, "split"));
  }
  if (lengths.empty()) {
    const int64_t length = (total + parts - 1) / parts;
    for (int64_t rest = total; lengths.size() < node.outputs.size(); rest -= lengths.back()) {
      lengths.push_back(std::min(length, rest));
    }
    if (node.opset < 18 && total % parts != 0) {
      return args.refuse(Code::kBadModel, "the axis can't be split into equal parts");
    }
  }
  int64_t sum = 0;
  for (int64_t v : lengths) {
    if (v < 0 || v > total) return args.refuse(Code::kBadModel, "a part has a length outside the axis");
    sum += v;
  }
  if (lengths.size() != node.outputs.size() || sum != total) {
    return args.refuse(Code::kBadModel, "the parts " + shape_text(lengths) + " don't add up to the axis");
  }
  return lengths;
}

Result<Types> shape_split(const Args& args) {
  TACIT_ASSIGN(const size_t axis, resolve_axis(args, args.node().integer("axis", 0), args.rank(0)));
  TACIT_ASSIGN(const std::vector<int64_t> lengths, split_lengths(args, args.shape(0)[axis]));
  Types types(lengths.size(), args.type(0));
  for (size_t i = 0; i < lengths.size(); ++i) types[i].shape[axis] = lengths[i];
  return types;
}

Result<std::vector<Move>> move_split(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const size_t axis, resolve_axis(args, args.node().integer("axis", 0), args.rank(0)));
  const Shape strides = row_major_strides(args.shape(0));
  std::vector<Move> moves;
  int64_t first = 0;
  for (const ValueType& part : outputs) {
    moves.push_back(strided_move(0, part.shape, first * strides[axis], strides));
    first += part.shape[axis];
  }
  return moves;
}

// The output has the shape data[:axis] ++ indices ++ data[axis + 1:].
Result<Types> shape_gather(const Args& args) {
  const Shape& x = args.shape(0);
  TACIT_ASSIGN(const size_t axis, resolve_axis(args, args.node().integer("axis", 0), x.size()));
  if (is_real(args.type(1).dtype)) return args.refuse(Code::kBadModel, "the indices must be integers");
  Shape y(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(axis));
  y.insert(y.end(), args.shape(1).begin(), args.shape(1).end());
  y.insert(y.end(), x.begin() + static_cast<std::ptrdiff_t>(axis) + 1, x.end());
  return Types{{args.type(0).dtype, std::move(y)}};
}

Result<std::vector<Move>> move_gather(const Args& args, const Types& outputs) {
  const Shape& x = args.shape(0);
  TACIT_ASSIGN(const size_t axis, resolve_axis(args, args.node().integer("axis", 0), x.size()));
  const int64_t outer = span_size(x, 0, axis), inner = span_size(x, axis + 1, x.size());
  Move move;
  move.sources.reserve(static_cast<size_t>(span_size(outputs[0].shape, 0, outputs[0].shape.size())));
  for (int64_t row = 0; row < outer; ++row) {
    for (int64_t index : args.tensor(1).ints()) {
      if (index < -x[axis] || index >= x[axis]) {
        return args.refuse(Code::kBadModel, "the index " + std::to_string(index) + " is outside an axis of length " +
                                                std::to_string(x[axis]));
      }
      const int64_t first = (row * x[axis] + (index < 0 ? index + x[axis] : index)) * inner;
      for (int64_t k = 0; k < inner; ++k) move.sources.push_back({0, first + k});
    }
  }
  return std::vector<Move>{std::move(move)};
}

// Gather needs its indices for a move only: indices from the model's input select too.
Result<Tensors> eval_gather(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const std::vector<Move> moves, move_gather(args, outputs));
  const std::vector<Source>& sources = moves[0].sources;
  Tensor y(outputs[0]);
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t at = static_cast<size_t>(sources[i].position);
    if (y.is_real()) {
      y.reals()[i] = args.tensor(0).reals()[at];
    } else {
      y.ints()[i] = args.tensor(0).ints()[at];
    }
  }
  return Tensors{std::move(y)};
}

// Constant indices are a view. Others select by a product with their one-hot vectors, so that a table of weights may
// serve as a matrix elsewhere.
Status emit_gather(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  if (args.known(1) != nullptr) {
    static const Operator moving{.move = move_gather};
    return emit_move(e, node, moving);
  }
  TACIT_ASSIGN(const size_t axis, resolve_axis(args, node.integer("axis", 0), args.rank(0)));
  TACIT_ASSIGN(const Form index, e.form(node.inputs[1]));
  TACIT_ASSIGN(Form data, e.operand(node.inputs[0]));
  TACIT_ASSIGN(const uint32_t label, e.single_label(data, axis));
  TACIT_ASSIGN(const Form hot, e.one_hot(index, static_cast<uint32_t>(args.shape(0)[axis])));
  const uint32_t chosen = hot.axes.back()[0];
  TACIT_ASSIGN(Product product, e.contract(hot, data, {{chosen, label}}, {chosen}));
  Form y = std::move(product.form);
  auto moved = [&y](const std::vector<uint32_t>& labels, const std::vector<uint32_t>& to) {
    for (uint32_t old : labels) y.axes.back().push_back(to[old]);
  };
  for (size_t i = 0; i < data.axes.size(); ++i) {
    if (i != axis) {
      y.axes.emplace_back();
      moved(data.axes[i], product.from_c);
      continue;
    }
    for (size_t k = 0; k + 1 < hot.axes.size(); ++k) {
      y.axes.emplace_back();
      moved(hot.axes[k], product.from_a);
    }
  }
  y.bounds = data.bounds;
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

TACIT_OPERATORS(layout) {
  using enum AttributeType;
  table.add({.name = "Transpose",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .attributes = {{"perm", kInts}},
             .shape = shape_transpose,
             .move = move_transpose});
  table.add({.name = "Concat",
             .opsets = {7, 26},
             .inputs = {1, kAnyNumber},
             .attributes = {{"axis", kInt}},
             .shape = shape_concat,
             .move = move_concat});
  table.add({.name = "Gather",
             .opsets = {7, 26},
             .inputs = {2, 2},
             .attributes = {{"axis", kInt}},
             .shape = shape_gather,
             .eval = eval_gather,
             .emit = emit_gather});
  const Operator split = {.name = "Split",
                          .opsets = {7, 12},
                          .inputs = {1, 1},
                          .outputs = {1, kAnyNumber},
                          .attributes = {{"axis", kInt}, {"split", kInts}},
                          .shape = shape_split,
                          .move = move_split};
  table.add(split);
  Operator split_13 = split;
  split_13.opsets = {13, 17};
  split_13.inputs = {1, 2};
  split_13.attributes = {{"axis", kInt}};
  table.add(split_13);
  Operator split_18 = split_13;
  split_18.opsets = {18, 26};
  split_18.attributes = {{"axis", kInt}, {"num_outputs", kInt}};
  table.add(split_18);
}

}  // namespace tacit::model
