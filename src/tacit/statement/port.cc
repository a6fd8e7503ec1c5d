#include "tacit/statement/port.h"

#include "tacit/statement/archive.h"
#include "tacit/statement/builder.h"

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

System with_visibility(const System& model, const std::vector<Port>& inputs, const std::vector<Port>& outputs,
                       Visibility visibility) {
  System system = model;
  if (visibility.inputs)
    for (const Port& port : inputs) state(system, port);
  if (visibility.outputs)
    for (const Port& port : outputs) state(system, port);
  return system;
}

void write(Writer& out, const Port& port) { Saver{out}(port); }
Result<Port> parse_port(Reader& in) { return load<Port>(in); }

}  // namespace tacit::statement
