// BatchNormalization behind a Conv or Gemm: gain and offset go into the weights and the bias.
#include "tacit/model/lower/lower.h"
#include "tacit/model/ops/batch_norm.h"

namespace tacit::model {
namespace {

size_t uses_of(const Graph& graph, ValueId id) {
  size_t n = 0;
  for (const Node& node : graph.nodes)
    for (ValueId input : node.inputs) n += input == id;
  for (ValueId output : graph.outputs) n += output == id;
  return n;
}

ValueId add_constant(Graph& graph, std::string name, Tensor tensor) {
  const ValueId id = graph.add_value(std::move(name));
  graph.values[id].type = tensor.type();
  graph.values[id].constant = std::make_shared<const Tensor>(std::move(tensor));
  return id;
}

// The axis of the weights that runs over the output channels.
size_t channel_axis(const Node& node) { return node.op == "Conv" || node.integer("transB", 0) != 0 ? 0 : 1; }

bool fuse(Graph& graph, Node& linear, const Node& norm) {
  for (size_t i = 1; i < linear.inputs.size(); ++i)
    if (linear.inputs[i] != kNoValue && graph.constant(linear.inputs[i]) == nullptr) return false;
  for (size_t i = 1; i < 5; ++i)
    if (graph.constant(norm.inputs[i]) == nullptr) return false;
  std::vector<const ValueType*> types;
  std::vector<const Tensor*> tensors;
  for (ValueId id : norm.inputs) {
    types.push_back(&graph.type(id));
    tensors.push_back(graph.constant(id));
  }
  const BatchNorm folded = read_batch_norm(Args(norm, types, tensors));
  const size_t channels = folded.gain.size();
  Tensor weights = *graph.constant(linear.inputs[1]);
  const size_t axis = channel_axis(linear);
  if (static_cast<size_t>(weights.shape()[axis]) != channels) return false;
  const size_t step = static_cast<size_t>(row_major_strides(weights.shape())[axis]);
  for (size_t i = 0; i < weights.size(); ++i) weights.reals()[i] *= folded.gain[i / step % channels];

  // Gemm's bias may be any shape that broadcasts; one entry per channel, or one for all, is what exporters
  // write.
  const double alpha = linear.op == "Gemm" ? linear.real("beta", 1) : 1;
  const Tensor* old = linear.inputs.size() > 2 ? graph.constant(linear.inputs[2]) : nullptr;
  if (alpha != 1 || (old != nullptr && old->size() != channels && old->size() != 1)) return false;
  Tensor bias(ValueType{weights.dtype(), {static_cast<int64_t>(channels)}});
  for (size_t c = 0; c < channels; ++c) {
    const double before = old == nullptr ? 0 : old->reals()[old->size() == 1 ? 0 : c];
    bias.reals()[c] = folded.gain[c] * before + folded.offset[c];
  }
  linear.inputs.resize(3, kNoValue);
  linear.inputs[1] = add_constant(graph, linear.name + ".weights", std::move(weights));
  linear.inputs[2] = add_constant(graph, linear.name + ".bias", std::move(bias));
  linear.outputs[0] = norm.outputs[0];
  return true;
}

}  // namespace

void fuse_batch_norm(Graph& graph) {
  for (size_t i = 0; i < graph.nodes.size();) {
    Node& norm = graph.nodes[i];
    bool fused = false;
    if (norm.op == "BatchNormalization" && norm.domain.empty() && uses_of(graph, norm.inputs[0]) == 1) {
      for (size_t j = 0; j < i && !fused; ++j) {
        Node& linear = graph.nodes[j];
        if ((linear.op == "Conv" || linear.op == "Gemm") && linear.domain.empty() &&
            linear.outputs[0] == norm.inputs[0])
          fused = fuse(graph, linear, norm);
      }
    }
    if (fused) {
      graph.nodes.erase(graph.nodes.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

}  // namespace tacit::model
