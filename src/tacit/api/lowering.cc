#include "tacit/api/lowering.h"

#include <algorithm>

#include "tacit/api/model_file.h"
#include "tacit/model/fold/fold.h"
#include "tacit/model/onnx/import.h"
#include "tacit/model/ops/operator.h"

namespace tacit::api {
namespace {

constexpr size_t kSyntheticSamples = 16;

void mark_batch(const model::Graph& graph, const std::vector<model::ValueId>& ids, std::vector<model::Port>& ports) {
  for (size_t i = 0; i < ports.size(); ++i) {
    const model::Shape& shape = ports[i].type.shape;
    ports[i].batched = graph.values[ids[i]].batch_axis == size_t{0} && !shape.empty() && shape[0] == 1;
  }
}

// The output NAME:argmax, which can be stated while NAME stays hidden.
Status add_argmax(model::Graph& graph, model::ValueId of) {
  const std::string name = graph.values[of].name + ":argmax";
  if (graph.type(of).shape.empty()) return fail(Code::kUnsupported, name, 0, "the output is a single number");
  const model::ValueId to = graph.add_value(name);
  model::Node node{.name = name, .op = "ArgMax", .opset = model::kMaxOpset, .inputs = {of}, .outputs = {to}};
  node.attributes = {{"axis", int64_t{-1}}, {"keepdims", int64_t{0}}};
  TACIT_ASSIGN(const model::Types types, model::infer_types(model::Args(node, {&graph.type(of)}, {nullptr})));
  graph.values[to].type = types[0];
  if (graph.type(of).shape.size() > 1) graph.values[to].batch_axis = graph.values[of].batch_axis;
  graph.nodes.push_back(std::move(node));
  graph.outputs.push_back(to);
  return {};
}

Status add_chosen_argmax(model::Graph& graph, const PortChoice& choice) {
  const std::vector<model::ValueId> outputs = graph.outputs;
  std::vector<std::string> names = choice.names;
  for (const model::ValueId id : outputs)
    if (choice.all) names.push_back(graph.values[id].name);
  for (const std::string& name : names) {
    const auto at =
        std::find_if(outputs.begin(), outputs.end(), [&](model::ValueId id) { return graph.values[id].name == name; });
    if (at == outputs.end()) return fail(Code::kUsage, "--argmax=" + name, 0, "the model has no such output");
    TACIT_TRY(add_argmax(graph, *at));
  }
  return {};
}

}  // namespace

Result<Lowered> lower_file(const CompileOptions& options, Stages& stages) {
  stages.begin("import");
  Lowered out;
  model::ImportOptions import;
  import.dimensions = options.import.dimensions;
  TACIT_ASSIGN(out.graph, model::import_onnx_file(options.model, import));
  TACIT_TRY(model::fold(out.graph));
  TACIT_TRY(add_chosen_argmax(out.graph, options.argmax));
  if (options.calibration.empty()) {
    out.samples = model::synthetic_samples(out.graph, kSyntheticSamples);
  } else {
    TACIT_ASSIGN(out.samples, model::read_samples(options.calibration, out.graph));
  }
  stages.begin("calibrate");
  model::Plan plan;
  plan.bits = static_cast<uint8_t>(options.import.bits);
  TACIT_ASSIGN(out.program, model::lower(out.graph, out.samples, plan));
  mark_batch(out.graph, out.graph.inputs, out.program.open.inputs);
  mark_batch(out.graph, out.graph.outputs, out.program.open.outputs);
  out.open = public_model(out.program.open);
  return out;
}

}  // namespace tacit::api
