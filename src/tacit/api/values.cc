#include "tacit/api/values.h"

#include <cmath>

#include "tacit/base/check.h"

namespace tacit::api {

model::Graph input_graph(const std::vector<model::Port>& ports) {
  model::Graph graph;
  for (const model::Port& port : ports) {
    const model::ValueId id = graph.add_value(port.name);
    graph.values[id].type = port.type;
    graph.inputs.push_back(id);
  }
  return graph;
}

Result<IntegerInputs> read_inputs(const std::vector<std::string>& files, const std::vector<model::Port>& ports) {
  TACIT_ASSIGN(const std::vector<model::Sample> samples, model::read_samples(files, input_graph(ports)));
  if (samples.size() > receipt::kMaxSamples)
    return fail(Code::kBadInput, files[0], samples.size(), "one proof takes at most 65536 samples");
  IntegerInputs out;
  out.samples = static_cast<uint32_t>(samples.size());
  out.values.resize(ports.size());
  for (const model::Sample& sample : samples)
    for (size_t i = 0; i < ports.size(); ++i) {
      TACIT_ASSIGN(const std::vector<int64_t> integers, model::quantise(ports[i], sample[i]));
      out.values[i].insert(out.values[i].end(), integers.begin(), integers.end());
    }
  return out;
}

NamedTensor real_values(const model::Port& port, const std::vector<int64_t>& integers, uint32_t samples) {
  model::ValueType type = port.type;
  if (port.batched != 0) {
    type.shape[0] = samples;
  } else if (samples > 1) {
    type.shape.insert(type.shape.begin(), samples);
  }
  if (!model::is_real(type.dtype)) return {port.name, model::Tensor(type, integers)};
  std::vector<double> reals;
  reals.reserve(integers.size());
  for (const int64_t v : integers) reals.push_back(std::ldexp(static_cast<double>(v), port.form.exponent));
  return {port.name, model::Tensor(type, std::move(reals))};
}

Result<std::vector<model::Port>> model_ports(const std::vector<statement::Port>& ports) {
  std::vector<model::Port> out;
  for (const statement::Port& port : ports) {
    TACIT_ASSIGN(model::Port converted, model::model_port(port));
    out.push_back(std::move(converted));
  }
  return out;
}

}  // namespace tacit::api
