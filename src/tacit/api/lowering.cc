#include "tacit/api/lowering.h"

#include "tacit/api/model_file.h"
#include "tacit/model/fold/fold.h"
#include "tacit/model/onnx/import.h"

namespace tacit::api {
namespace {

constexpr size_t kSyntheticSamples = 16;

void mark_batch(const model::Graph& graph, const std::vector<model::ValueId>& ids, std::vector<model::Port>& ports) {
  for (size_t i = 0; i < ports.size(); ++i) {
    const model::Shape& shape = ports[i].type.shape;
    ports[i].batched = graph.values[ids[i]].batch_axis == size_t{0} && !shape.empty() && shape[0] == 1;
  }
}

}  // namespace

Result<Lowered> lower_file(const CompileOptions& options, Stages& stages) {
  stages.begin("import");
  Lowered out;
  model::ImportOptions import;
  import.dimensions = options.import.dimensions;
  TACIT_ASSIGN(out.graph, model::import_onnx_file(options.model, import));
  TACIT_TRY(model::fold(out.graph));
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
