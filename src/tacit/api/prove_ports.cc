#include "tacit/api/prove_ports.h"

#include <algorithm>

namespace tacit::api {
namespace {

using statement::Exposure;
using statement::Port;

// The port with this name; without a name the only one. `kind`: "input" or "output".
Result<size_t> find_port(const std::vector<Port>& ports, const std::string& name, const std::string& kind) {
  if (name.empty() && ports.size() == 1) return size_t{0};
  std::string names;
  for (size_t i = 0; i < ports.size(); ++i) {
    if (!name.empty() && ports[i].name == name) return i;
    names += " " + ports[i].name;
  }
  const std::string what = name.empty() ? "which " + kind + "?" : "no " + kind + " " + name + ";";
  return fail(Code::kUsage, "prove", 0, what + " the model's " + kind + "s are" + names);
}

Status check_fit(const DataInput& data, const Port& port, const ModelFile& model, const std::string& path) {
  const receipt::PublicData& open = data.file.open;
  const auto bad = [&](const std::string& why) {
    return fail(Code::kBadInput, path, 0, why + ": commit them with tacit commit-data --model NAME.pub");
  };
  if (open.elements() != port.elements()) return bad("a sample has another number of values than input " + port.name);
  if (open.profile != model.profile) return bad("the data are committed for another number of bits of security");
  if (open.exponent < port.exponent) return bad("the data are finer than input " + port.name);
  if (open.exponent - port.exponent > statement::kMaxDataShift) return bad("the data are far coarser than the input");
  return {};
}

// The integers of the rows in units of the port.
Result<std::vector<int64_t>> port_values(const DataInput& data, const Port& port, uint32_t samples) {
  const size_t elements = port.elements();
  const int shift = data.file.open.exponent - port.exponent;
  std::vector<int64_t> out;
  out.reserve(samples * elements);
  for (size_t i = data.first * elements; i < (size_t{data.first} + samples) * elements; ++i) {
    const __int128 v = __int128{data.file.values[i]} << shift;
    if (v < port.range.low || v > port.range.high)
      return fail(Code::kBadInput, port.name, i / elements, "this row of the data is outside the input's range");
    out.push_back(static_cast<int64_t>(v));
  }
  return out;
}

// Marks the chosen ports.
Status choose(const PortChoice& choice, const std::vector<Port>& ports, const std::string& kind, Exposure exposure,
              std::vector<Exposure>& out) {
  for (Exposure& each : out)
    if (choice.all && each != Exposure::kCommitted) each = exposure;
  for (const std::string& name : choice.names) {
    TACIT_ASSIGN(const size_t i, find_port(ports, name, kind));
    if (out[i] == Exposure::kCommitted)
      return fail(Code::kUsage, "prove", i, kind + " " + name + " is committed, so it can't be stated or hidden");
    out[i] = exposure;
  }
  return {};
}

}  // namespace

Result<std::vector<DataInput>> read_data_inputs(const ProveOptions& options, const ModelFile& model) {
  std::vector<DataInput> out;
  for (const DataChoice& choice : options.data) {
    DataInput data;
    TACIT_ASSIGN(data.input, find_port(model.open.inputs, choice.port, "input"));
    TACIT_ASSIGN(data.file, read_data_file(choice.file));
    TACIT_TRY(check_fit(data, model.open.inputs[data.input], model, choice.file));
    data.ledger = choice.file + ".ledger";
    data.first = options.first_row;
    const uint32_t have = data.file.open.samples;
    if (data.first >= have || options.rows > have - data.first)
      return fail(Code::kBadInput, choice.file, have, "the data have no such rows");
    for (const DataInput& other : out)
      if (other.input == data.input || other.file.open.root == data.file.open.root)
        return fail(Code::kUsage, "prove", data.input, "one commitment serves one input of a proof");
    out.push_back(std::move(data));
  }
  std::sort(out.begin(), out.end(), [](const DataInput& x, const DataInput& y) { return x.input < y.input; });
  return out;
}

Result<IntegerInputs> gather_inputs(const ProveOptions& options, const ModelFile& model,
                                    const std::vector<DataInput>& data) {
  const std::vector<model::Port>& ports = model.program.open.inputs;
  std::vector<const DataInput*> source(ports.size(), nullptr);
  for (const DataInput& each : data) source[each.input] = &each;
  std::vector<model::Port> others;
  for (size_t i = 0; i < ports.size(); ++i)
    if (source[i] == nullptr) others.push_back(ports[i]);
  IntegerInputs read;
  if (!others.empty()) {
    TACIT_ASSIGN(read, read_inputs(options.inputs, others));
  } else if (!options.inputs.empty()) {
    return fail(Code::kBadInput, options.inputs[0], 0, "committed data serve every input already");
  }
  IntegerInputs out;
  out.samples = read.samples;
  if (!data.empty()) out.samples = options.rows != 0 ? options.rows : data[0].file.open.samples - data[0].first;
  if (!others.empty() && out.samples != read.samples)
    return fail(Code::kBadInput, options.inputs[0], read.samples, "the data serve another number of samples: --rows");
  if (out.samples > receipt::kMaxSamples)
    return fail(Code::kBadInput, options.data[0].file, out.samples, "one proof takes at most 65536 samples: --rows");
  size_t next = 0;
  for (size_t i = 0; i < ports.size(); ++i) {
    if (source[i] == nullptr) {
      out.values.push_back(std::move(read.values[next++]));
      continue;
    }
    if (source[i]->file.open.samples - source[i]->first < out.samples)
      return fail(Code::kBadInput, ports[i].name, out.samples, "the data have no such rows");
    TACIT_ASSIGN(std::vector<int64_t> values, port_values(*source[i], model.open.inputs[i], out.samples));
    out.values.push_back(std::move(values));
  }
  return out;
}

Result<std::vector<size_t>> committed_outputs(const ProveOptions& options, const ModelFile& model) {
  std::vector<size_t> out;
  for (const DataChoice& choice : options.commit_outputs) {
    TACIT_ASSIGN(const size_t i, find_port(model.open.outputs, choice.port, "output"));
    if (std::find(out.begin(), out.end(), i) != out.end())
      return fail(Code::kUsage, "prove", i, "an output is committed once");
    const DataPaths paths = data_paths(choice.file);
    for (const std::string& path : {paths.data, paths.ledger, paths.open}) {
      if (file_exists(path)) return fail(Code::kExists, path, 0, "choose another name for the committed output");
      TACIT_TRY(check_writable(path));
    }
    out.push_back(i);
  }
  return out;
}

Result<statement::Visibility> choose_visibility(const ProveOptions& options, const ModelFile& model,
                                                const std::vector<DataInput>& data,
                                                const std::vector<size_t>& outputs) {
  std::vector<Exposure> in(model.open.inputs.size(), Exposure::kPrivate);
  std::vector<Exposure> out(model.open.outputs.size(), Exposure::kPublic);
  for (const DataInput& each : data) in[each.input] = Exposure::kCommitted;
  for (const size_t i : outputs) out[i] = Exposure::kCommitted;
  TACIT_TRY(choose(options.public_inputs, model.open.inputs, "input", Exposure::kPublic, in));
  TACIT_TRY(choose(options.private_outputs, model.open.outputs, "output", Exposure::kPrivate, out));
  return statement::Visibility{std::move(in), std::move(out)};
}

}  // namespace tacit::api
