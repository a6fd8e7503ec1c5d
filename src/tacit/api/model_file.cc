#include "tacit/api/model_file.h"

#include "tacit/hash/blake3.h"
#include "tacit/receipt/integers.h"
#include "tacit/statement/codec.h"

namespace tacit::api {
namespace {

using model::Step;
using model::StepKind;

constexpr std::string_view kMagic = "tacit model  v1\n";
constexpr const char* kPlace = "model file";
constexpr size_t kDigestBytes = 32;
constexpr size_t kMaxText = 1 << 10;

void write_step(Writer& out, const Step& step) {
  out.u8(static_cast<uint8_t>(step.kind));
  statement::write(out, step.labels);
  out.u32(static_cast<uint32_t>(step.views.size()));
  for (const statement::View& view : step.views) statement::write(out, view);
  out.u32(static_cast<uint32_t>(step.tensors.size()));
  for (const statement::TensorId id : step.tensors) out.u32(id);
  receipt::write_integers(out, step.numbers);
  out.u32(step.node);
}

Result<Step> parse_step(Reader& in) {
  Step step;
  TACIT_ASSIGN(const uint8_t kind, in.u8());
  if (kind > static_cast<uint8_t>(StepKind::kIsZero)) return fail(Code::kNonCanonical, "step", in.offset());
  step.kind = static_cast<StepKind>(kind);
  TACIT_ASSIGN(step.labels, statement::parse_space(in));
  TACIT_ASSIGN(const uint32_t n_views, in.count(1));
  for (uint32_t i = 0; i < n_views; ++i) {
    TACIT_ASSIGN(statement::View view, statement::parse_view(in));
    step.views.push_back(std::move(view));
  }
  TACIT_ASSIGN(const uint32_t n_tensors, in.count(4));
  for (uint32_t i = 0; i < n_tensors; ++i) {
    TACIT_ASSIGN(step.tensors.emplace_back(), in.u32());
  }
  TACIT_ASSIGN(step.numbers, receipt::parse_integers(in));
  TACIT_ASSIGN(step.node, in.u32());
  return step;
}

Status parse_program(Reader& in, model::IntegerModel& program) {
  TACIT_ASSIGN(const uint32_t n_steps, in.count(1));
  for (uint32_t i = 0; i < n_steps; ++i) {
    TACIT_ASSIGN(Step step, parse_step(in));
    program.steps.push_back(std::move(step));
  }
  TACIT_ASSIGN(const uint32_t n_tensors, in.count(5));
  for (uint32_t i = 0; i < n_tensors; ++i) {
    TACIT_ASSIGN(std::vector<int64_t> weights, receipt::parse_integers(in));
    program.weights.push_back(std::move(weights));
  }
  TACIT_ASSIGN(const uint32_t n_nodes, in.count(4));
  for (uint32_t i = 0; i < n_nodes; ++i) {
    TACIT_ASSIGN(std::string node, in.text(kMaxText));
    program.nodes.push_back(std::move(node));
  }
  return {};
}

Result<model::PublicModel> program_part(const receipt::PublicModel& open) {
  model::PublicModel out{open.system, open.tables, {}, {}};
  for (const auto& [from, to] : {std::pair(&open.inputs, &out.inputs), std::pair(&open.outputs, &out.outputs)})
    for (const statement::Port& port : *from) {
      TACIT_TRY(statement::check(port));
      TACIT_ASSIGN(model::Port converted, model::model_port(port));
      to->push_back(std::move(converted));
    }
  return out;
}

}  // namespace

receipt::PublicModel public_model(const model::PublicModel& model) {
  receipt::PublicModel out{model.system, model.tables, {}, {}};
  for (const model::Port& port : model.inputs) out.inputs.push_back(model::public_port(port));
  for (const model::Port& port : model.outputs) out.outputs.push_back(model::public_port(port));
  return out;
}

receipt::PublicFile ModelFile::public_file(uint32_t epoch, const hash::Digest& root) const {
  return {profile, open, commitment, {{epoch, root, {}}}, {}};
}

Bytes encode(const ModelFile& file) {
  Writer out;
  out.raw(as_bytes(kMagic));
  out.u8(static_cast<uint8_t>(file.profile));
  receipt::write(out, file.open);
  receipt::write(out, file.commitment);
  verifier::write(out, file.parameters);
  out.u32(static_cast<uint32_t>(file.program.steps.size()));
  for (const Step& step : file.program.steps) write_step(out, step);
  out.u32(static_cast<uint32_t>(file.program.weights.size()));
  for (const std::vector<int64_t>& weights : file.program.weights) receipt::write_integers(out, weights);
  out.u32(static_cast<uint32_t>(file.program.nodes.size()));
  for (const std::string& node : file.program.nodes) out.text(std::string_view(node).substr(0, kMaxText));
  out.raw(hash::blake3(out.bytes()).bytes);
  return out.take();
}

Result<ModelFile> parse_model_file(ByteView bytes) {
  TACIT_TRY(receipt::check_magic(bytes, kMagic, kPlace));
  if (bytes.size() < kMagic.size() + kDigestBytes) return fail(Code::kTruncated, kPlace, bytes.size());
  const ByteView content = bytes.first(bytes.size() - kDigestBytes);
  const hash::Digest sum = hash::blake3(content);
  if (!std::equal(sum.bytes.begin(), sum.bytes.end(), bytes.end() - kDigestBytes))
    return fail(Code::kBadChecksum, kPlace);
  Reader in(content.subspan(kMagic.size()), kPlace);
  ModelFile file;
  TACIT_ASSIGN(const uint8_t profile, in.u8());
  if (profile > static_cast<uint8_t>(verifier::Profile::k128)) return fail(Code::kNonCanonical, kPlace);
  file.profile = static_cast<verifier::Profile>(profile);
  TACIT_ASSIGN(file.open, receipt::parse_public_model(in));
  TACIT_ASSIGN(file.commitment, receipt::parse_weight_commitment(in));
  TACIT_ASSIGN(file.parameters, verifier::parse_parameters(in));
  TACIT_TRY(parse_program(in, file.program));
  TACIT_TRY(in.finish());
  TACIT_ASSIGN(file.program.open, program_part(file.open));
  return file;
}

}  // namespace tacit::api
