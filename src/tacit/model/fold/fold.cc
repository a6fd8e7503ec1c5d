#include "tacit/model/fold/fold.h"

#include <algorithm>
#include <new>

#include "tacit/model/ops/operator.h"

namespace tacit::model {

namespace {

Args args_of(const Graph& graph, const Node& node) {
  std::vector<const ValueType*> types;
  std::vector<const Tensor*> tensors;
  for (ValueId id : node.inputs) {
    types.push_back(id == kNoValue ? nullptr : &*graph.values[id].type);
    tensors.push_back(graph.constant(id));
  }
  return Args(node, std::move(types), std::move(tensors));
}

bool is_foldable(const Graph& graph, const Node& node, const Operator& op) {
  if (op.from_types) return true;
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ValueId id) { return id == kNoValue || graph.constant(id) != nullptr; });
}

// A move that shows each element of input 0 once, in order, under the same type.
bool changes_nothing(const Args& args, const Operator& op, const Types& outputs) {
  if (!op.move || op.name == "Identity" || outputs.size() != 1 || !args.has(0) || args.type(0) != outputs[0]) {
    return false;
  }
  const Result<std::vector<Move>> moves = op.move(args, outputs);
  if (!moves) return false;
  const std::vector<Source>& sources = (*moves)[0].sources;
  for (size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].input != 0 || sources[i].position != static_cast<int64_t>(i)) return false;
  }
  return true;
}

class Folder {
 public:
  explicit Folder(Graph& graph) : graph_(graph) {}

  Status run() {
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      if (graph_.values[id].type) TACIT_TRY(count(id, "value " + printable(graph_.values[id].name)));
    }
    std::vector<Node> kept;
    for (Node& node : graph_.nodes) {
      TACIT_ASSIGN(const bool folded, fold_node(node));
      if (!folded) kept.push_back(std::move(node));
    }
    graph_.nodes = std::move(kept);
    drop_dead_nodes();
    return {};
  }

 private:
  // Adds a typed value to the total.
  Status count(ValueId id, const std::string& place) {
    TACIT_ASSIGN(const int64_t elements, element_count(graph_.type(id).shape, place));
    total_ += elements;
    if (total_ > kMaxTotalElements)
      return fail(Code::kTooLarge, place, 0, "the model's tensors are too large together");
    return {};
  }

  // Types the outputs of a node; true if they are constants now.
  Result<bool> fold_node(Node& node) {
    TACIT_ASSIGN(const Operator* op, check_node(node));
    const Args args = args_of(graph_, node);
    TACIT_ASSIGN(const Types types, infer_types(args));
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      graph_.values[node.outputs[i]].type = types[i];
      TACIT_TRY(count(node.outputs[i], node.place()));
    }
    if (!is_foldable(graph_, node, *op)) {
      if (changes_nothing(args, *op, types)) make_identity(node);
      return false;
    }
    TACIT_ASSIGN(Tensors results, evaluate(args, types));
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      if (results[i].has_nan()) return fail(Code::kBadModel, node.place(), i, "the constant is NaN");
      graph_.values[node.outputs[i]].constant = std::make_shared<const Tensor>(std::move(results[i]));
      if (op->move) note_origin(args, *op, types, node, i);
    }
    return true;
  }

  // An output whose elements all come from one constant remembers which they are.
  void note_origin(const Args& args, const Operator& op, const Types& types, const Node& node, size_t output) {
    const Result<std::vector<Move>> moves = op.move(args, types);
    if (!moves || (*moves)[output].sources.empty()) return;
    const std::vector<Source>& sources = (*moves)[output].sources;
    const uint32_t input = sources[0].input;
    if (std::any_of(sources.begin(), sources.end(), [&](const Source& s) { return s.input != input; })) return;
    if (input == Source::kFill) return;
    Origin origin{graph_.values[node.inputs[input]].constant, {}};
    const auto before = graph_.origins.find(origin.root.get());
    for (const Source& s : sources)
      origin.positions.push_back(
          before == graph_.origins.end() ? s.position : before->second.positions[static_cast<size_t>(s.position)]);
    if (before != graph_.origins.end()) origin.root = before->second.root;
    graph_.origins[graph_.values[node.outputs[output]].constant.get()] = std::move(origin);
  }

  static void make_identity(Node& node) {
    node.op = "Identity";
    node.inputs.resize(1);
    node.attributes.clear();
  }

  void drop_dead_nodes() {
    std::vector<bool> live(graph_.values.size());
    for (ValueId id : graph_.outputs) live[id] = true;
    for (ValueId id : graph_.inputs) live[id] = true;
    std::vector<Node> kept;
    for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
      const bool needed = std::any_of(node->outputs.begin(), node->outputs.end(),
                                      [&](ValueId id) { return id != kNoValue && live[id]; });
      if (!needed) continue;
      for (ValueId id : node->inputs) {
        if (id != kNoValue) live[id] = true;
      }
      for (ValueId id : node->outputs) {
        if (id != kNoValue) live[id] = true;
      }
      kept.push_back(std::move(*node));
    }
    std::reverse(kept.begin(), kept.end());
    graph_.nodes = std::move(kept);
    for (ValueId id = 0; id < graph_.values.size(); ++id) {
      if (live[id]) continue;
      graph_.values[id].type.reset();
      graph_.values[id].constant.reset();
    }
  }

  Graph& graph_;
  int64_t total_ = 0;
};

}  // namespace

Status fold(Graph& graph) {
  try {
    return Folder(graph).run();
  } catch (const std::bad_alloc&) {
    return fail(Code::kTooLarge, "model", 0, "the memory doesn't suffice");
  }
}

}  // namespace tacit::model
