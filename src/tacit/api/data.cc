#include "tacit/api/data.h"

#include "tacit/api/planning.h"
#include "tacit/base/check.h"
#include "tacit/base/os_random.h"
#include "tacit/hash/blake3.h"
#include "tacit/receipt/integers.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"

namespace tacit::api {
namespace {

constexpr std::string_view kMagic = "tacit data   v1\n";
constexpr size_t kMaxDataFile = size_t{1} << 32;

}  // namespace

DataPaths data_paths(const std::string& name) {
  const std::string path = without_suffix(name, ".data") + ".data";
  return {path, path + ".ledger", path + ".pub"};
}

Bytes encode(const DataFile& file) {
  Writer out;
  out.raw(as_bytes(kMagic));
  receipt::write(out, file.open);
  receipt::write_integers(out, file.values);
  out.raw(hash::blake3(out.bytes()).bytes);
  return out.take();
}

Result<DataFile> read_data_file(const std::string& path) {
  TACIT_ASSIGN(const Bytes bytes, read_file(path, kMaxDataFile));
  TACIT_ASSIGN(const ByteView content, receipt::checked_content(bytes, kMagic, path.c_str()));
  Reader in(content, path);
  DataFile file;
  TACIT_ASSIGN(file.open, receipt::parse_data(in));
  TACIT_ASSIGN(file.values, receipt::parse_integers(in));
  TACIT_TRY(in.finish());
  if (file.values.size() != file.open.samples * file.open.elements()) return fail(Code::kNonCanonical, path);
  return file;
}

WeightMatrix commit_data(const DataFile& file, const hash::Seed& seed) {
  const receipt::PublicData& open = file.open;
  statement::Builder b;
  const statement::OracleId oracle = b.oracle(statement::OracleKind::kData);
  b.tensor(oracle, statement::data_space(open.samples, open.elements()), open.range);
  statement::System system = b.take();
  statement::place(system, {open.code.log_rows});
  statement::Assignment assignment;
  assignment.tensors = {file.values};
  const verifier::Stack stack{
      {oracle}, {open.code.log_blinding}, open.code.log_rows, open.code.log_domain, open.max_queries, 0};
  prover::SeededRandomness<field::Goldilocks> random(seed);
  return prover::commit_fixed<field::Goldilocks>(system, assignment, oracle, stack, random);
}

Result<NewData> make_data(DataFile file, const std::string& name, uint64_t min_proofs) {
  receipt::PublicData& open = file.open;
  TACIT_CHECK(file.values.size() == open.samples * open.elements());
  TACIT_ASSIGN(const DataPlan plan,
               plan_data(open.samples, open.elements(), open.profile, min_proofs, available_threads()));
  open.code = plan.code;
  open.max_queries = plan.max_queries;
  TACIT_ASSIGN(const auto fresh, os_random_32());
  LedgerHeader header;
  header.max_queries = plan.max_queries;
  header.rows = uint64_t{1} << plan.code.log_blinding;
  header.seed = hash::Seed(fresh);
  WeightMatrix matrix = commit_data(file, header.weights_seed());
  open.root = header.root = matrix.root();
  header.model_id = receipt::data_id(open);
  DataPaths paths = data_paths(name);
  NewLedger ledger(paths.ledger);
  TACIT_TRY(ledger.create(header));
  return NewData{std::move(file),   header.model_id,   std::move(paths),
                 std::move(ledger), std::move(header), std::move(matrix)};
}

CommitDataReport NewData::report(Seconds seconds) const {
  return {id, file.open, header.budget(), paths.data, paths.ledger, paths.open, std::move(seconds)};
}

Status keep(NewData& made, Overwrite overwrite) {
  TACIT_TRY(write_file(made.paths.data, encode(made.file), Access::kPrivate, overwrite));
  TACIT_TRY(made.ledger.keep(overwrite));
  return write_file(made.paths.open, receipt::encode(made.file.open), Access::kPublic, overwrite);
}

}  // namespace tacit::api
