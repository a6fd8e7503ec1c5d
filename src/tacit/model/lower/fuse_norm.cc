// LayerNormalization and RMSNormalization as exporters write them out.
#include "tacit/model/lower/rewrite.h"
#include "tacit/model/ops/operator.h"

namespace tacit::model {
namespace {

// The first axis of a mean over the last axes that keeps them, 1 long.
std::optional<int64_t> reduced_from(const Rewriter& r, const Node& mean) {
  const Shape& from = r.type(mean.inputs[0]).shape;
  const Shape& to = r.type(mean.outputs[0]).shape;
  if (from.size() != to.size()) return {};
  size_t axis = from.size();
  while (axis > 0 && to[axis - 1] == 1) --axis;
  while (axis < from.size() && from[axis] == 1) ++axis;  // a mean over one element may as well not be one
  for (size_t i = 0; i < axis; ++i)
    if (from[i] != to[i]) return {};
  if (axis == from.size()) return {};
  return static_cast<int64_t>(axis);
}

// What is found walking up from the last node.
struct Found {
  ValueId x = 0;
  bool centred = false;
  double epsilon = 0;
  int64_t axis = 0;
  std::vector<const Node*> nodes;  // all but the last
};

// value = a · b or b · a
template <class F>
bool either(const Node& node, F f) {
  return f(node.inputs[0], node.inputs[1]) || f(node.inputs[1], node.inputs[0]);
}

// 1/√sum or √sum behind a value: the value under the root.
std::optional<ValueId> under_root(const Rewriter& r, ValueId id, bool inverse, Found& found) {
  if (const Node* pow = r.producer(id, "Pow")) {
    if (r.scalar(pow->inputs[1]) != (inverse ? -0.5 : 0.5)) return {};
    found.nodes.push_back(pow);
    return pow->inputs[0];
  }
  if (!inverse) {
    const Node* root = r.producer(id, "Sqrt");
    if (root == nullptr) return {};
    found.nodes.push_back(root);
    return root->inputs[0];
  }
  const Node* over = r.producer(id, "Reciprocal");
  ValueId root = kNoValue;
  if (over != nullptr) {
    root = over->inputs[0];
  } else {
    over = r.producer(id, "Div");
    if (over == nullptr || r.scalar(over->inputs[0]) != 1.0) return {};
    root = over->inputs[1];
  }
  found.nodes.push_back(over);
  return under_root(r, root, false, found);
}

bool is_square_of(const Rewriter& r, ValueId id, ValueId x, Found& found) {
  const Node* square = r.producer(id, "Pow");
  if (square != nullptr) {
    if (r.scalar(square->inputs[1]) != 2.0) return false;
  } else {
    square = r.producer(id, "Mul");
    if (square == nullptr || square->inputs[0] != square->inputs[1]) return false;
  }
  found.nodes.push_back(square);
  if (square->inputs[0] == x) return true;
  // Some exporters subtract the mean twice.
  const Node* again = r.producer(square->inputs[0], "Sub");
  const Node* first = r.producer(x, "Sub");
  if (again == nullptr || first == nullptr || again->inputs != first->inputs) return false;
  found.nodes.push_back(again);
  return true;
}

// Is the value under the root mean(t²) + epsilon?
bool match_deviation(const Rewriter& r, ValueId under, ValueId t, Found& found) {
  const Node* sum = r.producer(under, "Add");
  if (sum == nullptr) return false;
  found.nodes.push_back(sum);
  return either(*sum, [&](ValueId mean_id, ValueId epsilon) {
    const auto number = r.scalar(epsilon);
    const Node* mean = r.producer(mean_id, "ReduceMean");
    if (!number || *number < 0 || mean == nullptr) return false;
    const auto axis = reduced_from(r, *mean);
    if (!axis || !is_square_of(r, mean->inputs[0], t, found)) return false;
    found.nodes.push_back(mean);
    found.epsilon = *number;
    found.axis = *axis;
    return true;
  });
}

// If t = x − mean(x) over the same axes, the pattern begins at x.
void match_centre(const Rewriter& r, ValueId t, Found& found) {
  found.x = t;
  const Node* centre = r.producer(t, "Sub");
  if (centre == nullptr) return;
  const Node* mean = r.producer(centre->inputs[1], "ReduceMean");
  if (mean == nullptr || mean->inputs[0] != centre->inputs[0] || reduced_from(r, *mean) != found.axis) return;
  found.nodes.push_back(centre);
  found.nodes.push_back(mean);
  found.x = centre->inputs[0];
  found.centred = true;
}

bool match(const Rewriter& r, ValueId t, ValueId factor, bool inverse, const Node& last, Found& out) {
  Found found;
  const auto under = under_root(r, factor, inverse, found);
  if (!under || !match_deviation(r, *under, t, found)) return false;
  match_centre(r, t, found);
  if (!r.is_closed(found.nodes, last) || r.type(found.x) != r.type(last.outputs[0])) return false;
  out = std::move(found);
  return true;
}

bool fuse_one(Rewriter& r, Node& last) {
  Found found;
  const bool matches = last.op == "Div"
                           ? match(r, last.inputs[0], last.inputs[1], false, last, found)
                           : either(last, [&](ValueId t, ValueId f) { return match(r, t, f, true, last, found); });
  if (!matches) return false;
  last.op = found.centred ? "LayerNormalization" : "RMSNormalization";
  last.inputs = {found.x};
  last.attributes = {{"axis", found.axis}, {"epsilon", found.epsilon}};
  return true;
}

// Scale and bias of a normalisation as nodes of their own.
void split_scale(Rewriter& r, size_t i) {
  const ValueType type = r.type(r.node(i).outputs[0]);
  const int opset = r.node(i).opset;
  std::vector<Node> after;
  for (size_t input = r.node(i).inputs.size(); input-- > 1;) {
    const ValueId factor = r.node(i).inputs[input];
    if (factor == kNoValue) continue;
    const std::string name = r.node(i).name + (input == 1 ? ".scale" : ".bias");
    const ValueId before = r.add_value(name, type);
    after.insert(after.begin(), Node{.name = name,
                                     .op = input == 1 ? "Mul" : "Add",
                                     .opset = opset,
                                     .inputs = {before, factor},
                                     .outputs = {r.node(i).outputs[0]}});
    r.node(i).outputs[0] = before;
  }
  r.node(i).inputs.resize(1);
  for (size_t k = 0; k < after.size(); ++k) r.insert(i + 1 + k, std::move(after[k]));
}

}  // namespace

void fuse_normalizations(Graph& graph) {
  Rewriter r(graph);
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (i >= graph.nodes.size()) continue;
    Node& node = graph.nodes[i];
    if ((node.op == "Div" || node.op == "Mul") && node.domain.empty() && fuse_one(r, node)) r.update();
  }
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const bool is_norm = node.op == "LayerNormalization" || node.op == "RMSNormalization";
    if (is_norm && node.domain.empty() && node.inputs.size() > 1) {
      split_scale(r, i);
      r.update();
    }
  }
}

}  // namespace tacit::model
