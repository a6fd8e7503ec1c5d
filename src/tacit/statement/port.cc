#include "tacit/statement/port.h"

#include "tacit/statement/archive.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"

namespace tacit::statement {
namespace {

constexpr uint64_t kMaxElements = uint64_t{1} << 28;
constexpr int32_t kMaxExponent = 1024;
constexpr size_t kMaxAxes = 15;
constexpr size_t kMaxName = 256;

void state(System& system, const Port& port) {
  Public item{PublicKind::kStated, {{batch_axis()}}, port.range, {}};
  Term term{Source::kPublic, static_cast<PublicId>(system.publics.size()), -1, {axis(0)}};
  for (size_t a = 0; a < port.shape.size(); ++a) {
    item.space.axes.push_back(whole_axis(port.shape[a]));
    AxisMap& map = term.maps.emplace_back();
    int64_t stride = 1;
    for (size_t k = port.axes[a].size(); k-- > 0;) {
      const uint32_t label = port.axes[a][k];
      map.steps.push_back({label, stride});
      stride *= port.labels.axes[label].length;
    }
  }
  system.publics.push_back(std::move(item));
  View difference = port.view;
  difference.terms.push_back(std::move(term));
  system.identities.push_back({port.labels, std::move(difference)});
}

// The identity  view − 2^shift · data = 0  with a tensor of data in an oracle of its own. `view`: the hull of the view.
void add_data(System& system, const Port& port, const DataRows& rows, Interval view) {
  const int shift = rows.exponent - port.exponent;
  const auto oracle = static_cast<OracleId>(system.oracles.size());
  const auto tensor = static_cast<TensorId>(system.tensors.size());
  const Interval range{view.low >> shift, -(-view.high >> shift)};
  system.oracles.push_back({OracleKind::kData});
  system.tensors.push_back({oracle, data_space(rows.samples, port.elements()), 0, range});
  AxisMap element;
  int64_t stride = 1;
  for (size_t a = port.axes.size(); a-- > 0;)
    for (size_t k = port.axes[a].size(); k-- > 0;) {
      const uint32_t label = port.axes[a][k];
      element.steps.push_back({label, stride});
      stride *= port.labels.axes[label].length;
    }
  View difference = port.view;
  difference.terms.push_back({Source::kTensor, tensor, -(int64_t{1} << shift), {axis(0, 1, rows.first), element}});
  system.identities.push_back({port.labels, std::move(difference)});
}

}  // namespace

uint64_t Port::elements() const {
  uint64_t product = 1;
  for (const uint32_t length : shape) product *= length;
  return product;
}

Status check(const Port& port) {
  const auto bad = [&](uint64_t index, const char* hint) { return fail(Code::kBadStatement, "port", index, hint); };
  if (port.name.size() > kMaxName) return bad(0, "name");
  if (port.shape.size() > kMaxAxes || port.axes.size() != port.shape.size() || port.labels.axes.empty())
    return bad(0, "number of axes");
  if (port.labels.axes[0] != batch_axis()) return bad(0, "the first label is the axis of samples");
  if (port.exponent < -kMaxExponent || port.exponent > kMaxExponent) return bad(0, "exponent");
  if (port.batched && (port.shape.empty() || port.shape[0] != 1)) return bad(0, "a batched port holds one sample");
  std::vector<bool> seen(port.labels.axes.size(), false);
  seen[0] = true;
  uint64_t elements = 1;
  for (size_t a = 0; a < port.shape.size(); ++a) {
    uint64_t length = 1;
    for (const uint32_t label : port.axes[a]) {
      if (label >= seen.size() || seen[label] || port.labels.axes[label].batched) return bad(a, "labels of an axis");
      seen[label] = true;
      length *= port.labels.axes[label].length;
      if (length > kMaxElements) return bad(a, "too many elements");
    }
    if (length != port.shape[a]) return bad(a, "the labels of an axis don't make up its length");
    elements *= length;
    if (elements == 0 || elements > kMaxElements) return bad(a, "number of elements");
  }
  for (size_t label = 0; label < seen.size(); ++label)
    if (!seen[label]) return bad(label, "a label belongs to no axis");
  return {};
}

std::vector<const Port*> exposed(const std::vector<Port>& inputs, const std::vector<Port>& outputs,
                                 const Visibility& visibility, Exposure exposure) {
  std::vector<const Port*> out;
  for (size_t i = 0; i < inputs.size(); ++i)
    if (visibility.inputs[i] == exposure) out.push_back(&inputs[i]);
  for (size_t i = 0; i < outputs.size(); ++i)
    if (visibility.outputs[i] == exposure) out.push_back(&outputs[i]);
  return out;
}

System with_visibility(const System& model, const std::vector<Port>& inputs, const std::vector<Port>& outputs,
                       const Visibility& visibility) {
  System system = model;
  for (const Port* port : exposed(inputs, outputs, visibility, Exposure::kPublic)) state(system, *port);
  return system;
}

Space data_space(uint32_t samples, uint64_t elements) {
  return {{strip_axis(samples), strip_axis(static_cast<uint32_t>(elements))}};
}

Result<System> with_data(System system, const std::vector<const Port*>& ports, std::span<const DataRows> data,
                         uint32_t samples) {
  if (ports.size() != data.size()) return fail(Code::kWrongStatement, "data", data.size(), "one for each port");
  for (size_t i = 0; i < data.size(); ++i) {
    const DataRows& rows = data[i];
    const int64_t shift = int64_t{rows.exponent} - ports[i]->exponent;
    if (rows.samples > kMaxDataSamples || samples > rows.samples || rows.first > rows.samples - samples)
      return fail(Code::kWrongStatement, "data", i, "the committed data have no such rows");
    if (shift < 0 || shift > kMaxDataShift)
      return fail(Code::kWrongStatement, "data", i,
                  "the data are finer than " + ports[i]->name + ": commit them with --model");
    const WideInterval view = hull(system, ports[i]->view);
    constexpr __int128 kFarthest = __int128{1} << 62;
    if (view.low < -kFarthest || view.high > kFarthest) return fail(Code::kMayWrap, "data", i);
    add_data(system, *ports[i], rows, {static_cast<int64_t>(view.low), static_cast<int64_t>(view.high)});
  }
  return system;
}

void write(Writer& out, const Port& port) { Saver{out}(port); }
Result<Port> parse_port(Reader& in) { return load<Port>(in); }

}  // namespace tacit::statement
