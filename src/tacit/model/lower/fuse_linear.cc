// Constant gains and offsets per channel, moved into neighbouring weights.
#include "tacit/model/lower/rewrite.h"
#include "tacit/model/ops/batch_norm.h"

namespace tacit::model {
namespace {

bool is(const Node& node, std::string_view op) { return node.op == op && node.domain.empty(); }
bool takes_bias(const Node& node) { return is(node, "Conv") || is(node, "ConvTranspose") || is(node, "Gemm"); }

// A constant that varies along one axis alone of a value of this shape: its numbers along that axis, `length` of them.
std::optional<std::vector<double>> along(const Tensor* constant, const Shape& shape, size_t axis) {
  if (constant == nullptr || !constant->is_real() || constant->rank() > shape.size()) return {};
  const size_t missing = shape.size() - constant->rank(), length = static_cast<size_t>(shape[axis]);
  for (size_t i = 0; i < constant->rank(); ++i)
    if (constant->shape()[i] != 1 && (missing + i != axis || constant->shape()[i] != shape[axis])) return {};
  std::vector<double> out(constant->reals().begin(), constant->reals().end());
  if (out.size() == 1) out.resize(length, out[0]);
  return out;
}

// gain · x + offset per channel.
std::optional<BatchNorm> affine(const Rewriter& r, const Node& node, ValueId x, size_t axis) {
  if (is(node, "BatchNormalization")) {
    if (axis != 1) return {};
    std::vector<const ValueType*> types;
    std::vector<const Tensor*> tensors;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (i > 0 && r.constant(node.inputs[i]) == nullptr) return {};
      types.push_back(&r.type(node.inputs[i]));
      tensors.push_back(r.constant(node.inputs[i]));
    }
    return read_batch_norm(Args(node, types, tensors));
  }
  const bool first = node.inputs[0] == x, product = is(node, "Mul"), quotient = is(node, "Div") && first;
  const bool sum = is(node, "Add"), difference = is(node, "Sub") && first;
  if (!(product || quotient || sum || difference) || r.type(node.outputs[0]) != r.type(x)) return {};
  const auto numbers = along(r.constant(node.inputs[first ? 1 : 0]), r.type(x).shape, axis);
  if (!numbers) return {};
  BatchNorm out{std::vector<double>(numbers->size(), 1), std::vector<double>(numbers->size(), 0)};
  for (size_t c = 0; c < numbers->size(); ++c) {
    if (product) out.gain[c] = (*numbers)[c];
    if (quotient) out.gain[c] = 1 / (*numbers)[c];
    if (sum) out.offset[c] = (*numbers)[c];
    if (difference) out.offset[c] = -(*numbers)[c];
  }
  return out;
}

// The output channel of a weight.
size_t channel_of(const Node& node, const Shape& w, size_t i) {
  const auto step = [&](size_t axis) { return static_cast<size_t>(row_major_strides(w)[axis]); };
  const auto length = [&](size_t axis) { return static_cast<size_t>(w[axis]); };
  if (!is(node, "ConvTranspose")) {
    const bool first = is(node, "Conv") || (is(node, "Gemm") && node.integer("transB", 0) != 0);
    const size_t axis = first ? 0 : w.size() - 1;
    return i / step(axis) % length(axis);
  }
  const size_t per_group = length(0) / static_cast<size_t>(node.integer("group", 1));
  return i / step(0) / per_group * length(1) + i / step(1) % length(1);
}

// Puts gain and offset behind a node with constant weights into them.
bool fuse_behind(Rewriter& r, Node& linear, const Node& after) {
  for (size_t i = 1; i < linear.inputs.size(); ++i)
    if (linear.inputs[i] != kNoValue && r.constant(linear.inputs[i]) == nullptr) return false;
  if (r.is_tied(linear.inputs[1])) return false;
  const Shape& shape = r.type(linear.outputs[0]).shape;
  const size_t axis = is(linear, "Conv") || is(linear, "ConvTranspose") ? 1 : shape.size() - 1;
  if (shape.empty()) return false;
  const auto folded = affine(r, after, linear.outputs[0], axis);
  if (!folded || folded->gain.size() != static_cast<size_t>(shape[axis])) return false;
  const bool offsets = std::any_of(folded->offset.begin(), folded->offset.end(), [](double v) { return v != 0; });
  const size_t channels = folded->gain.size();
  Tensor weights = *r.constant(linear.inputs[1]);
  if (weights.rank() < 2) return false;
  for (size_t i = 0; i < weights.size(); ++i)
    weights.reals()[i] *= folded->gain[channel_of(linear, weights.shape(), i)];

  // A Gemm's bias may be any shape that broadcasts; one entry per channel, or one for all, is what exporters write.
  const Tensor* old = linear.inputs.size() > 2 ? r.constant(linear.inputs[2]) : nullptr;
  if (old != nullptr || offsets) {
    if (!takes_bias(linear) || (is(linear, "Gemm") && linear.real("beta", 1) != 1)) return false;
    if (old != nullptr && old->size() != channels && old->size() != 1) return false;
    Tensor bias(ValueType{weights.dtype(), {static_cast<int64_t>(channels)}});
    for (size_t c = 0; c < channels; ++c) {
      const double before = old == nullptr ? 0 : old->reals()[old->size() == 1 ? 0 : c];
      bias.reals()[c] = folded->gain[c] * before + folded->offset[c];
    }
    linear.inputs.resize(3, kNoValue);
    linear.inputs[2] = r.add_constant(linear.name + ".bias", std::move(bias));
  }
  linear.inputs[1] = r.add_constant(linear.name + ".weights", std::move(weights));
  linear.outputs[0] = after.outputs[0];
  return true;
}

bool fuse_behind(Rewriter& r) {
  for (size_t i = 0; i < r.graph().nodes.size(); ++i) {
    Node& linear = r.node(i);
    if (!takes_bias(linear) && !is(linear, "MatMul")) continue;
    if (!r.serves_one(linear.outputs[0]) || r.readers(linear.outputs[0])[0] == SIZE_MAX) continue;
    Node& after = r.node(r.readers(linear.outputs[0])[0]);
    if (linear.inputs.size() < 2 || !fuse_behind(r, linear, after)) continue;
    after.outputs[0] = kNoValue;
    r.update();
    return true;
  }
  return false;
}

// Does a chain of constant gains and offsets lead from a normalisation to this node?
bool follows_norm(const Rewriter& r, ValueId id) {
  const Node* node = r.producer(id);
  if (node == nullptr) return false;
  if (is(*node, "LayerNormalization") || is(*node, "RMSNormalization")) return true;
  if (!is(*node, "Mul")) return false;
  return follows_norm(r, node->inputs[r.constant(node->inputs[0]) == nullptr ? 0 : 1]);
}

// Puts a gain or offset behind a normalisation into the matrices that read it.
bool fuse_before(Rewriter& r) {
  for (size_t i = 0; i < r.graph().nodes.size(); ++i) {
    const Node node = r.node(i);
    if (!is(node, "Mul") && !is(node, "Add")) continue;
    const ValueId x = node.inputs[r.constant(node.inputs[0]) == nullptr ? 0 : 1], y = node.outputs[0];
    const Shape& shape = r.type(y).shape;
    if (shape.empty() || r.constant(x) != nullptr || !follows_norm(r, x)) continue;
    const auto folded = affine(r, node, x, shape.size() - 1);
    const auto& readers = r.readers(y);
    const bool all = std::all_of(readers.begin(), readers.end(), [&](size_t reader) {
      if (reader == SIZE_MAX || !is(r.node(reader), "MatMul") || r.node(reader).inputs[0] != y) return false;
      const Tensor* w = r.constant(r.node(reader).inputs[1]);
      return w != nullptr && w->rank() == 2 && !r.is_tied(r.node(reader).inputs[1]);
    });
    if (!folded || !all) continue;
    std::vector<size_t> matrices = readers;
    for (size_t k = matrices.size(); k-- > 0;) {  // from the end: insertions don't move those before
      Node& matrix = r.node(matrices[k]);
      const Tensor& w = *r.constant(matrix.inputs[1]);
      matrix.inputs[0] = x;
      const size_t columns = static_cast<size_t>(w.shape()[1]);
      if (is(node, "Mul")) {
        Tensor scaled = w;
        for (size_t at = 0; at < scaled.size(); ++at) scaled.reals()[at] *= folded->gain[at / columns];
        matrix.inputs[1] = r.add_constant(matrix.name + ".weights", std::move(scaled));
        continue;
      }
      Tensor bias(ValueType{w.dtype(), {w.shape()[1]}});
      for (size_t at = 0; at < w.size(); ++at)
        bias.reals()[at % columns] += folded->offset[at / columns] * w.reals()[at];
      const std::string name = matrix.name + ".offset";
      const ValueId before = r.add_value(name, r.type(matrix.outputs[0]));
      Node sum{.name = name, .op = "Add", .opset = matrix.opset, .outputs = {matrix.outputs[0]}};
      matrix.outputs[0] = before;
      sum.inputs = {before, r.add_constant(name + ".bias", std::move(bias))};
      r.insert(matrices[k] + 1, std::move(sum));
    }
    r.update();
    return true;
  }
  return false;
}

}  // namespace

void fuse_linear(Graph& graph) {
  Rewriter r(graph);
  while (fuse_behind(r) || fuse_before(r)) {
  }
}

}  // namespace tacit::model
