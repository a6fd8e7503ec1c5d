// Rewrites of the float graph before it is lowered: several nodes that together are one operator become that operator.
//
// A pattern is replaced only where what it computes on the way serves nothing else, and never changes what an output
// means. Values keep their ids; a new node takes the place of the pattern's last one.
#pragma once

#include <functional>

#include "tacit/model/graph/graph.h"

namespace tacit::model {

// A graph with the reads that patterns need. Nodes are named by position; positions change when nodes are removed.
class Rewriter {
 public:
  explicit Rewriter(Graph& graph) : graph_(graph) { index(); }

  Graph& graph() { return graph_; }
  Node& node(size_t i) { return graph_.nodes[i]; }
  const ValueType& type(ValueId id) const { return graph_.type(id); }
  const Tensor* constant(ValueId id) const { return graph_.constant(id); }
  // The one element of a constant scalar, of any rank.
  std::optional<double> scalar(ValueId id) const;
  // The node that makes a value if it is of that operator (of the standard domain), or nullptr.
  const Node* producer(ValueId id, std::string_view op) const;
  const Node* producer(ValueId id) const;
  // The nodes that read a value; a graph output counts as one more (SIZE_MAX).
  const std::vector<size_t>& readers(ValueId id) const { return readers_[id]; }
  // Does the value have one reader?
  bool serves_one(ValueId id) const { return readers_[id].size() == 1; }
  // Are all results of these nodes read by these nodes or by `last` alone?
  bool is_closed(const std::vector<const Node*>& nodes, const Node& last) const;

  // Do other nodes read the same constant, perhaps transposed? Changing one of its uses would commit it twice.
  bool is_tied(ValueId id) const;

  ValueId add_constant(std::string name, Tensor tensor);
  ValueId add_value(std::string name, ValueType type);
  void insert(size_t before, Node node);
  // To be called after nodes have changed: drops those that serve nothing, and finds producers and readers anew.
  void update();

 private:
  void index();

  Graph& graph_;
  std::vector<size_t> producers_;  // by value; SIZE_MAX if none
  std::vector<std::vector<size_t>> readers_;
};

// Identity and Dropout disappear, but for those that make an output of the graph.
void drop_identities(Graph& graph);
// Elementwise arithmetic that computes Gelu (either form), Swish or Mish of one value, however it is written.
void fuse_functions(Graph& graph);
// x − mean over √(variance + epsilon), written out, becomes LayerNormalization; without mean, RMSNormalization. Their
// scale and bias become Mul and Add.
void fuse_normalizations(Graph& graph);
// Constant gains and offsets per channel go into the weights of the Conv, ConvTranspose, Gemm or MatMul before or behind
// them: BatchNormalization, Mul, Add.
void fuse_linear(Graph& graph);
// Softmax, and a mask before it, with the MatMul behind it becomes SoftmaxProduct (ops/op_attention.cc).
void fuse_attention(Graph& graph);

// All of the above.
void rewrite(Graph& graph);

}  // namespace tacit::model
