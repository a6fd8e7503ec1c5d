#include "tacit/model/float/interpreter.h"

#include <new>

#include "tacit/model/ops/operator.h"

namespace tacit::model {

namespace {

using Values = std::vector<std::shared_ptr<const Tensor>>;

Status load_inputs(const Graph& graph, const std::vector<Tensor>& inputs, Values& values) {
  if (inputs.size() != graph.inputs.size()) {
    return fail(Code::kBadInput, "inputs", inputs.size(), "the model takes " + std::to_string(graph.inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Value& value = graph.values[graph.inputs[i]];
    if (inputs[i].type() != *value.type) {
      return fail(Code::kBadInput, "input " + printable(value.name), i,
                  std::string("expected ") + dtype_name(value.type->dtype) + " " + shape_text(value.type->shape) +
                      ", found " + dtype_name(inputs[i].dtype()) + " " + shape_text(inputs[i].shape()));
    }
    values[graph.inputs[i]] = std::make_shared<const Tensor>(inputs[i]);
  }
  return {};
}

Status run_node(const Node& node, Values& values) {
  std::vector<const ValueType*> types;
  std::vector<const Tensor*> tensors;
  for (ValueId id : node.inputs) {
    tensors.push_back(id == kNoValue ? nullptr : values[id].get());
    types.push_back(id == kNoValue ? nullptr : &tensors.back()->type());
  }
  const Args args(node, std::move(types), std::move(tensors));
  TACIT_ASSIGN(const Types outputs, infer_types(args));
  TACIT_ASSIGN(Tensors results, evaluate(args, outputs));
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i] != kNoValue) values[node.outputs[i]] = std::make_shared<const Tensor>(std::move(results[i]));
  }
  return {};
}

// The last node that reads each value; the graph's size for outputs and values that nothing reads.
std::vector<size_t> last_uses(const Graph& graph) {
  std::vector<size_t> last(graph.values.size(), graph.nodes.size());
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    for (ValueId id : graph.nodes[i].inputs) {
      if (id != kNoValue) last[id] = i;
    }
  }
  for (ValueId id : graph.outputs) last[id] = graph.nodes.size();
  return last;
}

enum class Keep : uint8_t { kAll, kOutputs };

Result<Values> run(const Graph& graph, const std::vector<Tensor>& inputs, Keep keep) {
  try {
    Values values(graph.values.size());
    for (ValueId id = 0; id < values.size(); ++id) values[id] = graph.values[id].constant;
    TACIT_TRY(load_inputs(graph, inputs, values));
    const std::vector<size_t> last = last_uses(graph);
    for (size_t i = 0; i < graph.nodes.size(); ++i) {
      TACIT_TRY(run_node(graph.nodes[i], values));
      if (keep == Keep::kAll) continue;
      for (ValueId id : graph.nodes[i].inputs) {
        if (id != kNoValue && last[id] == i) values[id].reset();
      }
    }
    return values;
  } catch (const std::bad_alloc&) {
    return fail(Code::kTooLarge, "model", 0, "the memory doesn't suffice");
  }
}

}  // namespace

Result<Values> run_float_all(const Graph& graph, const std::vector<Tensor>& inputs) {
  return run(graph, inputs, Keep::kAll);
}

Result<std::vector<Tensor>> run_float(const Graph& graph, const std::vector<Tensor>& inputs) {
  TACIT_ASSIGN(const Values values, run(graph, inputs, Keep::kOutputs));
  std::vector<Tensor> outputs;
  for (ValueId id : graph.outputs) outputs.push_back(*values[id]);
  return outputs;
}

}  // namespace tacit::model
