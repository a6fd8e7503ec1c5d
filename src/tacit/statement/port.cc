#include "tacit/statement/port.h"

#include "tacit/statement/builder.h"
#include "tacit/statement/codec.h"

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

void write(Writer& out, const Port& port) {
  auto numbers = [&](const std::vector<uint32_t>& list) {
    out.u32(static_cast<uint32_t>(list.size()));
    for (uint32_t n : list) out.u32(n);
  };
  out.text(port.name);
  out.u8(port.dtype);
  numbers(port.shape);
  out.u8(port.batched);
  out.u32(static_cast<uint32_t>(port.exponent));
  out.i64(port.range.low);
  out.i64(port.range.high);
  write(out, port.labels);
  out.u32(static_cast<uint32_t>(port.axes.size()));
  for (const auto& axis : port.axes) numbers(axis);
  write(out, port.view);
}

Result<Port> parse_port(Reader& in) {
  auto numbers = [&](std::vector<uint32_t>& list) -> Status {
    TACIT_ASSIGN(const uint32_t n, in.count(4));
    for (uint32_t i = 0; i < n; ++i) {
      TACIT_ASSIGN(const uint32_t v, in.u32());
      list.push_back(v);
    }
    return {};
  };
  Port port;
  TACIT_ASSIGN(port.name, in.text(kMaxName));
  TACIT_ASSIGN(port.dtype, in.u8());
  TACIT_TRY(numbers(port.shape));
  TACIT_ASSIGN(const uint8_t batched, in.u8());
  if (batched > 1) return fail(Code::kNonCanonical, "port", in.offset());
  port.batched = batched == 1;
  TACIT_ASSIGN(const uint32_t exponent, in.u32());
  port.exponent = static_cast<int32_t>(exponent);
  TACIT_ASSIGN(port.range.low, in.i64());
  TACIT_ASSIGN(port.range.high, in.i64());
  TACIT_ASSIGN(port.labels, parse_space(in));
  TACIT_ASSIGN(const uint32_t axes, in.count(4));
  for (uint32_t a = 0; a < axes; ++a) TACIT_TRY(numbers(port.axes.emplace_back()));
  TACIT_ASSIGN(port.view, parse_view(in));
  return port;
}

}  // namespace tacit::statement
