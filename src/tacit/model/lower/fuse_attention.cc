// Softmax of (perhaps masked) scores, times values.
#include <cmath>

#include "tacit/model/lower/rewrite.h"
#include "tacit/model/ops/operator.h"

namespace tacit::model {
namespace {

// What is this far below other scores weighs nothing in any float type.
constexpr double kNothing = -1000;

// Scores with what hides some of them.
struct Masked {
  ValueId scores = kNoValue;
  std::optional<Tensor> hidden;  // bools
  std::optional<double> fill;    // none: a hidden score weighs nothing
  double scale = 1;              // the scores are multiplied by this first
  std::vector<const Node*> nodes;
};

// Does some row (the last axis) of a mask hide everything?
bool hides_a_row(const Tensor& hidden) {
  const size_t length = hidden.rank() == 0 ? 1 : static_cast<size_t>(hidden.shape().back());
  for (size_t row = 0; row * length < hidden.size(); ++row) {
    bool all = true;
    for (size_t i = 0; i < length; ++i) all = all && hidden.ints()[row * length + i] != 0;
    if (all) return true;
  }
  return false;
}

// Where(condition, fill, scores), or with its branches the other way round.
bool match_where(const Rewriter& r, const Node& where, Masked& out) {
  const Tensor* condition = r.constant(where.inputs[0]);
  if (condition == nullptr) return false;
  const bool chosen = r.scalar(where.inputs[1]).has_value();
  const auto fill = r.scalar(where.inputs[chosen ? 1 : 2]);
  const ValueId scores = where.inputs[chosen ? 2 : 1];
  if (!fill || r.constant(scores) != nullptr || r.type(scores) != r.type(where.outputs[0])) return false;
  out.hidden = *condition;
  if (!chosen)
    for (int64_t& v : out.hidden->ints()) v = v == 0;
  if (*fill > kNothing || hides_a_row(*out.hidden)) out.fill = std::max(*fill, kNothing);
  out.scores = scores;
  out.nodes.push_back(&where);
  return true;
}

// scores + mask, where the mask has zeros and numbers that leave nothing.
bool match_sum(const Rewriter& r, const Node& sum, Masked& out) {
  for (size_t i : {0, 1}) {
    const Tensor* mask = r.constant(sum.inputs[i]);
    const ValueId scores = sum.inputs[1 - i];
    if (mask == nullptr || !mask->is_real() || r.type(scores) != r.type(sum.outputs[0])) continue;
    Tensor hidden(ValueType{DType::kBool, mask->shape()});
    for (size_t k = 0; k < mask->size(); ++k) {
      const double v = mask->reals()[k];
      if (v != 0 && v > kNothing) return false;
      hidden.ints()[k] = v != 0;
    }
    if (hides_a_row(hidden)) return false;
    out.hidden = std::move(hidden);
    out.scores = scores;
    out.nodes.push_back(&sum);
    return true;
  }
  return false;
}

bool is_over_last_axis(const Rewriter& r, const Node& softmax) {
  const int64_t rank = static_cast<int64_t>(r.type(softmax.inputs[0]).shape.size());
  const int64_t axis = softmax.integer("axis", softmax.opset < 13 ? 1 : -1);
  return rank >= 2 && (axis == -1 || axis == rank - 1);
}

// scores · scalar, or scores / scalar.
void match_scale(const Rewriter& r, Masked& masked) {
  for (std::string_view op : {"Mul", "Div"}) {
    const Node* node = r.producer(masked.scores, op);
    if (node == nullptr) continue;
    const bool first = op == "Mul" && r.scalar(node->inputs[0]).has_value();
    const auto factor = r.scalar(node->inputs[first ? 0 : 1]);
    const ValueId scores = node->inputs[first ? 1 : 0];
    if (!factor || !(*factor > 0) || r.constant(scores) != nullptr || r.type(scores) != r.type(masked.scores)) continue;
    masked.scale = op == "Mul" ? *factor : 1 / *factor;
    masked.scores = scores;
    masked.nodes.push_back(node);
    return;
  }
}

bool fuse_one(Rewriter& r, Node& product) {
  const Node* softmax = r.producer(product.inputs[0], "Softmax");
  if (softmax == nullptr || !is_over_last_axis(r, *softmax) || r.type(product.inputs[1]).shape.size() < 2) return false;
  Masked masked{.scores = softmax->inputs[0], .hidden = {}, .fill = {}, .scale = 1, .nodes = {}};
  Masked more = masked;
  if (const Node* where = r.producer(masked.scores, "Where")) {
    if (match_where(r, *where, more)) masked = std::move(more);
  } else if (const Node* sum = r.producer(masked.scores, "Add")) {
    if (match_sum(r, *sum, more)) masked = std::move(more);
  }
  more = masked;
  match_scale(r, more);
  masked.nodes.push_back(softmax);
  more.nodes.push_back(softmax);
  if (r.is_closed(more.nodes, product)) masked = std::move(more);
  if (!r.is_closed(masked.nodes, product)) return false;
  Node fused{.name = product.name, .op = "SoftmaxProduct", .domain = "tacit", .opset = kMaxOpset};
  fused.inputs = {masked.scores, product.inputs[1]};
  fused.outputs = product.outputs;
  if (masked.scale != 1) fused.attributes["scale"] = masked.scale;
  if (masked.fill) fused.attributes["fill"] = *masked.fill;
  if (masked.hidden) fused.inputs.push_back(r.add_constant(product.name + ".hidden", std::move(*masked.hidden)));
  product = std::move(fused);
  return true;
}

}  // namespace

void fuse_attention(Graph& graph) {
  Rewriter r(graph);
  for (size_t i = graph.nodes.size(); i-- > 0;) {
    if (i >= graph.nodes.size()) continue;
    Node& node = graph.nodes[i];
    if (node.op == "MatMul" && node.domain.empty() && fuse_one(r, node)) r.update();
  }
}

}  // namespace tacit::model
