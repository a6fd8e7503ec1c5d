#include "tacit/api/model_file.h"

#include "tacit/hash/blake3.h"
#include "tacit/model/quant/codec.h"

namespace tacit::api {
namespace {

constexpr std::string_view kMagic = "tacit model  v1\n";
constexpr const char* kPlace = "model file";
constexpr size_t kDigestBytes = 32;

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
  model::write(out, file.program);
  out.raw(hash::blake3(out.bytes()).bytes);
  return out.take();
}

hash::Digest checksum_of(ByteView bytes) {
  hash::Digest out;
  std::copy_n(bytes.end() - kDigestBytes, kDigestBytes, out.bytes.begin());
  return out;
}

Result<ModelFile> parse_model_file(ByteView bytes) {
  TACIT_ASSIGN(const ByteView content, receipt::checked_content(bytes, kMagic, kPlace));
  Reader in(content, kPlace);
  ModelFile file;
  file.checksum = checksum_of(bytes);
  TACIT_ASSIGN(const uint8_t profile, in.u8());
  if (profile > static_cast<uint8_t>(verifier::Profile::k128)) return fail(Code::kNonCanonical, kPlace);
  file.profile = static_cast<verifier::Profile>(profile);
  TACIT_ASSIGN(file.open, receipt::parse_public_model(in));
  TACIT_ASSIGN(file.commitment, receipt::parse_weight_commitment(in));
  TACIT_ASSIGN(file.parameters, verifier::parse_parameters(in));
  TACIT_ASSIGN(model::PublicModel open, program_part(file.open));
  TACIT_ASSIGN(file.program, model::parse_private(in, std::move(open)));
  TACIT_TRY(in.finish());
  return file;
}

}  // namespace tacit::api
