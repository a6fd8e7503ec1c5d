#include "tacit/receipt/public_file.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/hash/blake3.h"
#include "tacit/statement/archive.h"

namespace tacit::statement {
template <>
inline constexpr uint8_t kLargest<functions::Function> = static_cast<uint8_t>(functions::kLastFunction);
}  // namespace tacit::statement

namespace tacit::receipt {

template <class A>
void describe(A& ar, PublicModel& v) {
  ar(v.system), ar(v.tables), ar(v.inputs), ar(v.outputs);
}
template <class A>
void describe(A& ar, WeightCommitment& v) {
  ar(v.log_rows), ar(v.log_blinding), ar(v.log_domain), ar(v.max_queries);
}

namespace {

constexpr std::string_view kMagic = "tacit public v1\n";
constexpr const char* kPlace = "public file";
constexpr size_t kDigestBytes = 32;
constexpr size_t kMaxTables = 64;  // each costs an admission some milliseconds

void write(Writer& out, const std::optional<WeightProof>& item) {
  out.u8(item.has_value());
  if (!item) return;
  verifier::write(out, item->parameters);
  out.blob(item->proof);
}

Result<std::optional<WeightProof>> parse_weight_proof(Reader& in) {
  std::optional<WeightProof> item;
  TACIT_ASSIGN(const uint8_t present, in.u8());
  if (present > 1) return fail(Code::kNonCanonical, kPlace, in.offset());
  if (present == 0) return item;
  item.emplace();
  TACIT_ASSIGN(item->parameters, verifier::parse_parameters(in));
  TACIT_ASSIGN(const ByteView proof, in.blob(kMaxProof));
  item->proof.assign(proof.begin(), proof.end());
  return item;
}

Status parse_epochs(Reader& in, PublicFile& file) {
  TACIT_ASSIGN(const uint32_t n_epochs, in.count(kDigestBytes + 5));
  if (n_epochs > kMaxEpochs) return fail(Code::kTooLarge, "epochs", n_epochs);
  for (uint32_t i = 0; i < n_epochs; ++i) {
    Epoch& epoch = file.epochs.emplace_back();
    TACIT_ASSIGN(epoch.number, in.u32());
    TACIT_ASSIGN(epoch.root, parse_digest(in));
    TACIT_ASSIGN(epoch.handover, parse_weight_proof(in));
  }
  return {};
}

}  // namespace

Status check_magic(ByteView bytes, std::string_view magic, const char* place) {
  const std::string_view kind = magic.substr(0, magic.size() - 2);
  if (bytes.size() < magic.size()) return fail(Code::kBadMagic, place);
  const std::string_view head(reinterpret_cast<const char*>(bytes.data()), magic.size());
  if (head == magic) return {};
  return fail(head.substr(0, kind.size()) == kind ? Code::kBadVersion : Code::kBadMagic, place);
}

Result<ByteView> checked_content(ByteView bytes, std::string_view magic, const char* place) {
  TACIT_TRY(check_magic(bytes, magic, place));
  if (bytes.size() < magic.size() + kDigestBytes) return fail(Code::kTruncated, place, bytes.size());
  const ByteView content = bytes.first(bytes.size() - kDigestBytes);
  const hash::Digest sum = hash::blake3(content);
  if (!std::equal(sum.bytes.begin(), sum.bytes.end(), bytes.end() - kDigestBytes))
    return fail(Code::kBadChecksum, place);
  return content.subspan(magic.size());
}

Result<hash::Digest> parse_digest(Reader& in) {
  TACIT_ASSIGN(const ByteView view, in.raw(kDigestBytes));
  hash::Digest digest;
  std::copy(view.begin(), view.end(), digest.bytes.begin());
  return digest;
}

void write(Writer& out, const PublicModel& model) { statement::Saver{out}(model); }
void write(Writer& out, const WeightCommitment& weights) { statement::Saver{out}(weights); }

Result<PublicModel> parse_public_model(Reader& in) {
  PublicModel model;
  statement::Loader load(in);
  load(model);
  if (!load.status()) return tl::unexpected(load.status().error());
  if (model.tables.size() > kMaxTables) return fail(Code::kTooLarge, "tables", model.tables.size());
  if (std::max(model.inputs.size(), model.outputs.size()) > kMaxPorts) return fail(Code::kTooLarge, "ports");
  return model;
}

Result<WeightCommitment> parse_weight_commitment(Reader& in) {
  WeightCommitment weights;
  statement::Loader load(in);
  load(weights);
  if (!load.status()) return tl::unexpected(load.status().error());
  return weights;
}

Bytes encode(const PublicFile& file) {
  Writer out;
  out.raw(as_bytes(kMagic));
  out.u8(static_cast<uint8_t>(file.profile));
  write(out, file.model);
  write(out, file.weights);
  out.u32(static_cast<uint32_t>(file.epochs.size()));
  for (const Epoch& epoch : file.epochs) {
    out.u32(epoch.number);
    out.raw(epoch.root.bytes);
    write(out, epoch.handover);
  }
  write(out, file.registration);
  out.raw(hash::blake3(out.bytes()).bytes);
  return out.take();
}

Result<PublicFile> parse_public_file(ByteView bytes) {
  if (bytes.size() > kMaxPublicFile) return fail(Code::kTooLarge, kPlace, bytes.size());
  TACIT_ASSIGN(const ByteView content, checked_content(bytes, kMagic, kPlace));
  Reader in(content, kPlace);
  PublicFile file;
  TACIT_ASSIGN(const uint8_t profile, in.u8());
  if (profile > static_cast<uint8_t>(verifier::Profile::k128)) return fail(Code::kNonCanonical, kPlace);
  file.profile = static_cast<verifier::Profile>(profile);
  TACIT_ASSIGN(file.model, parse_public_model(in));
  TACIT_ASSIGN(file.weights, parse_weight_commitment(in));
  TACIT_TRY(parse_epochs(in, file));
  TACIT_ASSIGN(file.registration, parse_weight_proof(in));
  TACIT_TRY(in.finish());
  return file;
}

hash::Digest model_digest(const PublicModel& model) {
  Writer out;
  out.raw(as_bytes("tacit model v1"));
  write(out, model);
  return hash::blake3(out.bytes());
}

hash::Digest model_id(const PublicFile& file) {
  TACIT_CHECK(!file.epochs.empty());
  Writer out;
  out.raw(as_bytes("tacit model id v1"));
  out.raw(model_digest(file.model).bytes);
  out.u8(static_cast<uint8_t>(file.profile));
  write(out, file.weights);
  out.raw(file.epochs[0].root.bytes);
  return hash::blake3(out.bytes());
}

}  // namespace tacit::receipt
