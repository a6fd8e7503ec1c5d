// Softmax: exp(x − max) / Σ exp(x − max) along an axis; up to opset 12 over all axes from `axis` on, taken as
// one.
#include <algorithm>
#include <cmath>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

int64_t axis_attribute(const Node& node) { return node.integer("axis", node.opset < 13 ? 1 : -1); }

// Up to opset 12 the axis may equal the rank: then each element is normalised alone.
Result<size_t> softmax_axis(const Args& args) {
  const int64_t axis = axis_attribute(args.node());
  if (args.node().opset < 13 && axis == static_cast<int64_t>(args.rank(0))) return args.rank(0);
  return resolve_axis(args, axis, args.rank(0));
}

Result<Types> shape_softmax(const Args& args) {
  TACIT_TRY(softmax_axis(args));
  return same_real(args);
}

Result<Tensors> eval_softmax(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const size_t axis, softmax_axis(args));
  const Shape& shape = args.shape(0);
  const bool flat = args.node().opset < 13;
  const size_t length = static_cast<size_t>(flat ? span_size(shape, axis, shape.size()) : shape[axis]);
  const size_t step = static_cast<size_t>(flat ? 1 : span_size(shape, axis + 1, shape.size()));
  const std::span<const double> x = args.tensor(0).reals();
  Tensor y(outputs[0]);
  const std::span<double> out = y.reals();
  if (y.size() == 0) return Tensors{std::move(y)};
  for (size_t line = 0; line < y.size() / length; ++line) {
    const size_t first = line / step * step * length + line % step;
    double top = x[first];
    for (size_t i = 0; i < length; ++i) top = std::max(top, x[first + i * step]);
    double sum = 0;
    for (size_t i = 0; i < length; ++i) sum += out[first + i * step] = std::exp(x[first + i * step] - top);
    for (size_t i = 0; i < length; ++i) out[first + i * step] /= sum;
  }
  return Tensors{std::move(y)};
}

Status emit_softmax(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  TACIT_ASSIGN(const size_t axis, softmax_axis(args));
  std::vector<bool> axes(args.rank(0), false);
  for (size_t i = axis; i < axes.size() && (i == axis || node.opset < 13); ++i) axes[i] = true;
  TACIT_ASSIGN(const Form x, e.form(node.inputs[0]));
  TACIT_ASSIGN(Form y, e.softmax(x, axes));
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

TACIT_OPERATORS(softmax) {
  table.add({.name = "Softmax",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .attributes = {{"axis", AttributeType::kInt}},
             .shape = shape_softmax,
             .eval = eval_softmax,
             .emit = emit_softmax});
}

}  // namespace tacit::model
