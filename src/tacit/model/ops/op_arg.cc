// ArgMax and ArgMin: where along an axis the largest or smallest element is; the first of several, or the last.
#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

bool is_last(const Node& node) { return node.integer("select_last_index", 0) != 0; }

Result<size_t> arg_axis(const Args& args) { return resolve_axis(args, args.node().integer("axis", 0), args.rank(0)); }

Result<Types> shape_arg(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kNumber, {0}));
  TACIT_ASSIGN(const size_t axis, arg_axis(args));
  Shape y = args.shape(0);
  if (y[axis] == 0) return args.refuse(Code::kBadModel, "an empty axis has no largest element");
  if (args.node().integer("keepdims", 1) != 0) {
    y[axis] = 1;
  } else {
    y.erase(y.begin() + static_cast<std::ptrdiff_t>(axis));
  }
  return Types{{DType::kInt64, std::move(y)}};
}

template <int kSign, class T>
void find_best(std::span<const T> x, size_t length, size_t step, bool last, std::span<int64_t> out) {
  for (size_t line = 0; line < out.size(); ++line) {
    const size_t first = line / step * step * length + line % step;
    size_t best = 0;
    for (size_t i = 1; i < length; ++i) {
      const T v = x[first + i * step], top = x[first + best * step];
      if ((kSign > 0 ? v > top : v < top) || (last && v == top)) best = i;
    }
    out[line] = static_cast<int64_t>(best);
  }
}

template <int kSign>
Result<Tensors> eval_arg(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const size_t axis, arg_axis(args));
  const Tensor& x = args.tensor(0);
  const size_t length = static_cast<size_t>(x.shape()[axis]);
  const size_t step = static_cast<size_t>(span_size(x.shape(), axis + 1, x.rank()));
  Tensor y(outputs[0]);
  if (x.is_real()) {
    find_best<kSign>(x.reals(), length, step, is_last(args.node()), y.ints());
  } else {
    find_best<kSign>(x.ints(), length, step, is_last(args.node()), y.ints());
  }
  return Tensors{std::move(y)};
}

template <int kSign>
Status emit_arg(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(const size_t axis, arg_axis(emit_args(e, node)));
  TACIT_ASSIGN(Form x, e.operand(node.inputs[0]));
  const EmitContext::Tie tie = is_last(node) ? EmitContext::Tie::kLast : EmitContext::Tie::kFirst;
  TACIT_ASSIGN(Form y, e.argmax(scaled(std::move(x), kSign), axis, tie));
  TACIT_ASSIGN(y, e.reshaped(std::move(y), e.graph().type(node.outputs[0]).shape));
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

TACIT_OPERATORS(arg) {
  using enum AttributeType;
  const std::vector<AttributeRule> attributes = {{"axis", kInt}, {"keepdims", kInt}, {"select_last_index", kInt}};
  table.add({.name = "ArgMax",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .attributes = attributes,
             .shape = shape_arg,
             .eval = eval_arg<1>,
             .emit = emit_arg<1>});
  table.add({.name = "ArgMin",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .attributes = attributes,
             .shape = shape_arg,
             .eval = eval_arg<-1>,
             .emit = emit_arg<-1>});
}

}  // namespace tacit::model
