// Gelu and its kin, recognised by what they compute: a group of elementwise nodes with one variable input is compared
// with each known function at points over its range.
#include <cmath>
#include <map>

#include "tacit/model/lower/rewrite.h"
#include "tacit/model/ops/operator.h"

namespace tacit::model {
namespace {

constexpr int kPoints = 257;
constexpr double kEnd = 10;          // the points are −kEnd … kEnd
constexpr double kTolerance = 2e-6;  // of max(1, |x|): constants are float32
constexpr int kMaxDepth = 12;

bool is_elementwise(const Node& node) {
  static constexpr std::string_view kOps[] = {"Add", "Sub",  "Mul", "Div",  "Neg",     "Pow",      "Erf",
                                              "Exp", "Tanh", "Log", "Sqrt", "Sigmoid", "Softplus", "Reciprocal"};
  return node.domain.empty() && node.outputs.size() == 1 &&
         std::find(std::begin(kOps), std::end(kOps), node.op) != std::end(kOps);
}

// The computation from a candidate variable to a value, at all points.
class Sampler {
 public:
  Sampler(const Rewriter& r, ValueId variable) : r_(r), variable_(variable) {
    Tensor x(ValueType{DType::kFloat64, {kPoints}});
    for (int i = 0; i < kPoints; ++i) x.reals()[static_cast<size_t>(i)] = kEnd * (2.0 * i / (kPoints - 1) - 1);
    values_.emplace(variable, std::move(x));
  }

  const Tensor& points() const { return values_.at(variable_); }
  // The nodes that were evaluated.
  const std::vector<const Node*>& nodes() const { return nodes_; }

  // nullptr if the value depends on anything but the variable and constant scalars.
  const Tensor* at(ValueId id, int depth = 0) {
    const auto found = values_.find(id);
    if (found != values_.end()) return &found->second;
    if (const auto number = r_.scalar(id)) {
      return &values_.emplace(id, Tensor(ValueType{DType::kFloat64, {}}, std::vector<double>{*number})).first->second;
    }
    const Node* node = r_.producer(id);
    if (node == nullptr || depth > kMaxDepth || !is_elementwise(*node)) return nullptr;
    std::vector<const ValueType*> types;
    std::vector<const Tensor*> tensors;
    for (ValueId input : node->inputs) {
      const Tensor* value = at(input, depth + 1);
      if (value == nullptr) return nullptr;
      tensors.push_back(value);
      types.push_back(&value->type());
    }
    const Args args(*node, types, tensors);
    const Result<Types> outputs = infer_types(args);
    if (!outputs) return nullptr;
    Result<Tensors> result = evaluate(args, *outputs);
    if (!result) return nullptr;
    nodes_.push_back(node);
    return &values_.emplace(id, std::move((*result)[0])).first->second;
  }

 private:
  const Rewriter& r_;
  ValueId variable_;
  std::map<ValueId, Tensor> values_;
  std::vector<const Node*> nodes_;
};

struct Known {
  std::string_view op;
  std::string_view form;  // attribute `approximate`, if any
};

constexpr Known kKnown[] = {{"Gelu", "none"}, {"Gelu", "tanh"}, {"Swish", ""}, {"Mish", ""}};

Node node_of(const Known& known) {
  Node node{.op = std::string(known.op), .opset = kMaxOpset, .inputs = {0}, .outputs = {1}};
  if (!known.form.empty()) node.attributes["approximate"] = std::string(known.form);
  return node;
}

// The values of the known functions at the points.
const std::vector<Tensor>& known_values(const Tensor& points) {
  static const std::vector<Tensor> values = [&] {
    std::vector<Tensor> out;
    for (const Known& known : kKnown) {
      const Node node = node_of(known);
      out.push_back(evaluate(Args(node, {&points.type()}, {&points}), {points.type()}).value()[0]);
    }
    return out;
  }();
  return values;
}

std::optional<size_t> recognise(const Tensor& points, const Tensor& found) {
  if (found.size() != points.size()) return {};
  const std::vector<Tensor>& known = known_values(points);
  for (size_t k = 0; k < known.size(); ++k) {
    bool same = true;
    for (size_t i = 0; i < points.size() && same; ++i)
      same =
          std::fabs(found.reals()[i] - known[k].reals()[i]) <= kTolerance * std::max(1.0, std::fabs(points.reals()[i]));
    if (same) return k;
  }
  return {};
}

// The values that may be the variable: all that the elementwise nodes before a value read.
void candidates(const Rewriter& r, ValueId id, int depth, std::vector<ValueId>& out) {
  const Node* node = r.producer(id);
  if (node == nullptr || depth > kMaxDepth || !is_elementwise(*node)) return;
  for (ValueId input : node->inputs) {
    if (r.constant(input) != nullptr || std::find(out.begin(), out.end(), input) != out.end()) continue;
    out.push_back(input);
    candidates(r, input, depth + 1, out);
  }
}

bool fuse_one(Rewriter& r, Node& last) {
  const ValueId y = last.outputs[0];
  std::vector<ValueId> variables;
  candidates(r, y, 0, variables);
  for (ValueId x : variables) {
    if (r.type(x) != r.type(y)) continue;
    Sampler sampler(r, x);
    const Tensor* values = sampler.at(y);
    if (values == nullptr || sampler.nodes().size() < 2) continue;
    const auto known = recognise(sampler.points(), *values);
    std::vector<const Node*> before = sampler.nodes();
    std::erase(before, &last);
    if (!known || !r.is_closed(before, last)) continue;
    Node fused = node_of(kKnown[*known]);
    fused.name = last.name;
    fused.inputs = {x};
    fused.outputs = {y};
    last = std::move(fused);
    return true;
  }
  return false;
}

}  // namespace

void fuse_functions(Graph& graph) {
  Rewriter r(graph);
  // From the end: a function is recognised whole before its parts are.
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (i >= graph.nodes.size()) continue;
    Node& node = graph.nodes[i];
    if ((node.op == "Mul" || node.op == "Div") && is_elementwise(node) && fuse_one(r, node)) r.update();
  }
}

}  // namespace tacit::model
