// Samples for models that come without data.
#include <algorithm>
#include <random>
#include <set>

#include "tacit/model/lower/lower.h"

namespace tacit::model {
namespace {

// Their outputs hold elements of their first input and nothing else.
const std::set<std::string, std::less<>> kMoving = {"Cast",  "Expand",  "Flatten", "Identity",  "Reshape",  "Slice",
                                                    "Split", "Squeeze", "Tile",    "Transpose", "Unsqueeze"};

// For every value the graph input that its elements come from, or kNoValue.
std::vector<ValueId> sources_of(const Graph& graph) {
  std::vector<ValueId> source(graph.values.size(), kNoValue);
  for (const ValueId id : graph.inputs) source[id] = id;
  for (const Node& node : graph.nodes) {
    if (kMoving.count(node.op) == 0 || node.inputs.empty() || node.inputs[0] == kNoValue) continue;
    for (const ValueId out : node.outputs)
      if (out != kNoValue) source[out] = source[node.inputs[0]];
  }
  return source;
}

// How many values an integer input may take: few enough for the axes that it is an index of.
std::vector<int64_t> choices_of(const Graph& graph) {
  constexpr int64_t kUsual = 256;
  const std::vector<ValueId> source = sources_of(graph);
  std::vector<int64_t> out(graph.values.size(), kUsual);
  for (const ValueId id : graph.inputs)
    if (!is_real(graph.type(id).dtype)) out[id] = std::min(kUsual - 1, int_range(graph.type(id).dtype).max) + 1;
  for (const Node& node : graph.nodes) {
    if ((node.op != "Gather" && node.op != "GatherElements") || node.inputs[1] == kNoValue) continue;
    const ValueId id = source[node.inputs[1]];
    const Shape& shape = graph.type(node.inputs[0]).shape;
    const auto rank = static_cast<int64_t>(shape.size());
    const int64_t axis = node.integer("axis", 0) + (node.integer("axis", 0) < 0 ? rank : 0);
    if (id != kNoValue && axis >= 0 && axis < rank) out[id] = std::min(out[id], shape[static_cast<size_t>(axis)]);
  }
  return out;
}

}  // namespace

std::vector<Sample> synthetic_samples(const Graph& graph, size_t n_samples) {
  std::mt19937_64 bits(1);
  // Twelve uniform numbers make a normal one, the same on every machine.
  auto uniform = [&] { return static_cast<double>(bits() >> 11) * 0x1p-53; };
  const std::vector<int64_t> choices = choices_of(graph);
  std::vector<Sample> out(n_samples);
  for (Sample& sample : out)
    for (const ValueId id : graph.inputs) {
      Tensor& x = sample.emplace_back(graph.type(id));
      for (size_t i = 0; i < x.size(); ++i) {
        if (x.is_real()) {
          double sum = -6;
          for (int k = 0; k < 12; ++k) sum += uniform();
          x.reals()[i] = sum;
        } else {
          x.ints()[i] = static_cast<int64_t>(uniform() * static_cast<double>(choices[id]));
        }
      }
    }
  return out;
}

}  // namespace tacit::model
