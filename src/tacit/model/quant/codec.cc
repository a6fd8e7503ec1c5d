#include "tacit/model/quant/codec.h"

#include <limits>

#include "tacit/statement/archive.h"

namespace tacit::statement {
template <>
inline constexpr uint8_t kLargest<model::StepKind> = static_cast<uint8_t>(model::StepKind::kOneHot);
}  // namespace tacit::statement

namespace tacit::model {

template <class A>
void describe(A& ar, Step& v) {
  ar(v.kind), ar(v.labels), ar(v.views), ar(v.tensors), ar(v.numbers), ar(v.node);
}

template <class A>
void describe(A& ar, Mark& v) {
  ar(v.node), ar(v.first_tensor), ar(v.first_lookup), ar(v.first_identity);
}

namespace {

bool is_weights(const statement::System& system, const statement::Tensor& tensor) {
  return tensor.oracle < system.oracles.size() && system.oracles[tensor.oracle].kind == statement::OracleKind::kWeights;
}

template <class T>
bool holds(statement::Interval range) {
  return range.low >= std::numeric_limits<T>::min() && range.high <= std::numeric_limits<T>::max();
}

size_t width_of(statement::Interval range) { return holds<int16_t>(range) ? 2 : holds<int32_t>(range) ? 4 : 8; }

void write_weight(Writer& out, size_t width, int64_t v) {
  if (width == 2) out.u16(static_cast<uint16_t>(v));
  if (width == 4) out.u32(static_cast<uint32_t>(v));
  if (width == 8) out.i64(v);
}

template <class T>
void widen(ByteView bytes, std::vector<int64_t>& out) {
  for (size_t i = 0; i < out.size(); ++i) {
    T v = 0;
    for (size_t k = 0; k < sizeof(T); ++k) v = static_cast<T>(v | T{bytes[sizeof(T) * i + k]} << (8 * k));
    out[i] = static_cast<std::make_signed_t<T>>(v);
  }
}

// Weights of this width, little-endian.
std::vector<int64_t> weights_from(ByteView bytes, size_t width) {
  std::vector<int64_t> out(bytes.size() / width);
  if (width == 2) widen<uint16_t>(bytes, out);
  if (width == 4) widen<uint32_t>(bytes, out);
  if (width == 8) widen<uint64_t>(bytes, out);
  return out;
}

}  // namespace

void write(Writer& out, const IntegerModel& model) {
  statement::Saver save(out);
  save(model.steps);
  save(model.nodes);
  save(model.marks);
  for (size_t i = 0; i < model.open.system.tensors.size(); ++i) {
    const statement::Tensor& tensor = model.open.system.tensors[i];
    if (!is_weights(model.open.system, tensor)) continue;
    for (int64_t v : model.weights[i]) write_weight(out, width_of(tensor.range), v);
  }
}

Result<IntegerModel> parse_private(Reader& in, PublicModel open) {
  IntegerModel model;
  model.open = std::move(open);
  statement::Loader load(in);
  load(model.steps);
  load(model.nodes);
  load(model.marks);
  if (!load.status()) return tl::unexpected(load.status().error());
  TACIT_TRY(validate(model));
  const statement::System& system = model.open.system;
  model.weights.resize(system.tensors.size());
  for (size_t i = 0; i < system.tensors.size(); ++i) {
    const statement::Tensor& tensor = system.tensors[i];
    if (!is_weights(system, tensor)) continue;
    const size_t width = width_of(tensor.range);
    const uint64_t count = tensor.space.elements();
    if (count > in.remaining() / width) return fail(Code::kTruncated, "weights", i);
    TACIT_ASSIGN(const ByteView bytes, in.raw(static_cast<size_t>(count) * width));
    model.weights[i] = weights_from(bytes, width);
    for (int64_t v : model.weights[i])
      if (v < tensor.range.low || v > tensor.range.high)
        return fail(Code::kBadModel, "weights", i, "a weight is outside its declared range");
  }
  return model;
}

}  // namespace tacit::model
