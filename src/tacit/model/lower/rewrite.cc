#include "tacit/model/lower/rewrite.h"

#include <algorithm>

namespace tacit::model {

void Rewriter::index() {
  producers_.assign(graph_.values.size(), SIZE_MAX);
  readers_.assign(graph_.values.size(), {});
  for (size_t i = 0; i < graph_.nodes.size(); ++i) {
    for (ValueId id : graph_.nodes[i].outputs)
      if (id != kNoValue) producers_[id] = i;
    for (ValueId id : graph_.nodes[i].inputs)
      if (id != kNoValue) readers_[id].push_back(i);
  }
  for (ValueId id : graph_.outputs) readers_[id].push_back(SIZE_MAX);
}

std::optional<double> Rewriter::scalar(ValueId id) const {
  const Tensor* tensor = id == kNoValue ? nullptr : constant(id);
  if (tensor == nullptr || tensor->size() != 1) return {};
  return tensor->as_real(0);
}

const Node* Rewriter::producer(ValueId id) const {
  return id == kNoValue || producers_[id] == SIZE_MAX ? nullptr : &graph_.nodes[producers_[id]];
}

const Node* Rewriter::producer(ValueId id, std::string_view op) const {
  const Node* found = producer(id);
  return found != nullptr && found->op == op && found->domain.empty() ? found : nullptr;
}

bool Rewriter::is_closed(const std::vector<const Node*>& nodes, const Node& last) const {
  const auto inside = [&](size_t reader) {
    if (reader == SIZE_MAX) return false;
    const Node* node = &graph_.nodes[reader];
    return node == &last || std::find(nodes.begin(), nodes.end(), node) != nodes.end();
  };
  return std::all_of(nodes.begin(), nodes.end(), [&](const Node* node) {
    return std::all_of(node->outputs.begin(), node->outputs.end(), [&](ValueId id) {
      return id == kNoValue || std::all_of(readers_[id].begin(), readers_[id].end(), inside);
    });
  });
}

bool Rewriter::is_tied(ValueId id) const {
  const auto root = [&](ValueId value) {
    const Tensor* tensor = constant(value);
    const auto found = graph_.origins.find(tensor);
    return found == graph_.origins.end() ? tensor : found->second.root.get();
  };
  size_t uses = 0;
  for (ValueId other = 0; other < graph_.values.size(); ++other)
    if (constant(other) != nullptr && root(other) == root(id)) uses += readers_[other].size();
  return uses > 1;
}

ValueId Rewriter::add_constant(std::string name, Tensor tensor) {
  const ValueId id = add_value(std::move(name), tensor.type());
  graph_.values[id].constant = std::make_shared<const Tensor>(std::move(tensor));
  return id;
}

ValueId Rewriter::add_value(std::string name, ValueType type) {
  const ValueId id = graph_.add_value(std::move(name));
  graph_.values[id].type = std::move(type);
  return id;
}

void Rewriter::insert(size_t before, Node node) {
  graph_.nodes.insert(graph_.nodes.begin() + static_cast<std::ptrdiff_t>(before), std::move(node));
}

void Rewriter::update() {
  std::vector<bool> live(graph_.values.size());
  for (ValueId id : graph_.outputs) live[id] = true;
  std::vector<Node> kept;
  for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
    const auto is_live = [&](ValueId id) { return id != kNoValue && live[id]; };
    if (std::none_of(node->outputs.begin(), node->outputs.end(), is_live)) continue;
    for (ValueId id : node->inputs)
      if (id != kNoValue) live[id] = true;
    kept.push_back(std::move(*node));
  }
  std::reverse(kept.begin(), kept.end());
  graph_.nodes = std::move(kept);
  index();
}

void drop_identities(Graph& graph) {
  Rewriter r(graph);
  std::vector<ValueId> same(graph.values.size());
  for (ValueId id = 0; id < same.size(); ++id) same[id] = id;
  for (Node& node : graph.nodes) {
    for (ValueId& id : node.inputs)
      if (id != kNoValue) id = same[id];
    const bool keeps = (node.op == "Identity" || node.op == "Dropout") && node.domain.empty();
    const bool masks = node.outputs.size() > 1 && node.outputs[1] != kNoValue && !r.readers(node.outputs[1]).empty();
    if (keeps && !masks && graph.type(node.inputs[0]) == graph.type(node.outputs[0]))
      same[node.outputs[0]] = node.inputs[0];
  }
  r.update();
}

void rewrite(Graph& graph) {
  drop_identities(graph);
  fuse_functions(graph);
  fuse_normalizations(graph);
  fuse_linear(graph);
  fuse_attention(graph);
}

}  // namespace tacit::model
