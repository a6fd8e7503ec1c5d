#include "tacit/api/epoch.h"

#include "tacit/api/planning.h"
#include "tacit/api/resources.h"
#include "tacit/base/os_random.h"
#include "tacit/receipt/handover.h"

namespace tacit::api {
namespace {

Result<receipt::PublicFile> read_public(const std::string& path) {
  Result<Bytes> bytes = read_file(path, receipt::kMaxPublicFile);
  if (!bytes && bytes.error().code == Code::kIo)
    bytes.error().hint += "; it must lie beside the model file, since receipts name the epochs that it lists";
  if (!bytes) return tl::unexpected(std::move(bytes.error()));
  return receipt::parse_public_file(*bytes);
}

CachedWeights commit(const ModelFile& model, const Weights& weights, const ModelPaths& paths,
                     const LedgerHeader& header) {
  return commit_weights(model.open, model.commitment, weights, header.weights_seed(), paths.cache, model.checksum);
}

// Receipts name the last epoch of NAME.pub, never one that it doesn't list yet. An older one is that of a ledger that was
// put back, or of the instant in which another process replaces the files.
Status check_listed(const receipt::PublicFile& open, const LedgerHeader& header, const ModelPaths& paths) {
  if (open.epochs.empty() || receipt::model_id(open) != header.model_id)
    return fail(Code::kBadLedger, paths.ledger, 0, "it belongs to another model than " + paths.open);
  if (header.epoch >= open.epochs.size() || open.epochs[header.epoch].root != header.root)
    return fail(Code::kWrongEpoch, paths.open, header.epoch, "put the newest public file of the model back");
  if (header.epoch + 1 != open.epochs.size())
    return fail(Code::kWrongEpoch, paths.ledger, header.epoch,
                "it is older than the public file, and may have been restored: put the newest ledger back");
  return {};
}

// The proof that the weights of the last epoch in the file are those of the one before, paid for by both ledgers.
Status prove_handover(const Weights& weights, const ModelPaths& paths, const OpenEpoch& older,
                      const NewCommitment& newer, LockedLedger& ledger, receipt::PublicFile& file) {
  TACIT_ASSIGN(const auto found, handover_case(file, weights, available_threads()));
  if (!found) return {};
  const verifier::Parameters& parameters = found->parameters;
  const verifier::Statement statement =
      receipt::handover_statement(file, newer.header.epoch, found->system, parameters);
  const auto spend_both = [&]() -> Result<LedgerState> {
    TACIT_TRY(spend(paths.ledger, older.ledger.header, oracle_queries(parameters, receipt::kWeightOracle),
                    Spending::kHandoverOut));
    return ledger.spend(oracle_queries(parameters, receipt::kNewerWeights), Spending::kHandoverIn);
  };
  TACIT_ASSIGN(
      Proof proof,
      prove_with_ledger(
          {statement, found->assignment, {&older.weights.matrix, &newer.weights.matrix}, spend_both, {}, nullptr}));
  file.epochs.back().handover = {parameters, std::move(proof.bytes)};
  return receipt::verify_handover(file, newer.header.epoch);
}

}  // namespace

LedgerHeader ledger_header(const receipt::WeightCommitment& shape, uint32_t epoch) {
  LedgerHeader header;
  header.epoch = epoch;
  header.max_queries = shape.max_queries;
  header.rows = uint64_t{1} << shape.log_blinding;
  return header;
}

Result<NewCommitment> commit_epoch(const ModelFile& model, const Weights& weights, const ModelPaths& paths,
                                   uint32_t epoch) {
  TACIT_ASSIGN(const auto fresh, os_random_32());
  LedgerHeader header = ledger_header(model.commitment, epoch);
  header.seed = hash::Seed(fresh);
  CachedWeights committed = commit(model, weights, paths, header);
  header.root = committed.matrix.root();
  return NewCommitment{std::move(header), std::move(committed)};
}

Result<ModelFile> read_model(const std::string& path) {
  TACIT_ASSIGN(const Bytes bytes, read_file(path, kMaxModelFile));
  return parse_model_file(bytes);
}

Result<OpenEpoch> open_epoch(const ModelFile& model, const Weights& weights, const ModelPaths& paths) {
  TACIT_ASSIGN(LedgerState ledger, read_ledger(paths.ledger));
  TACIT_ASSIGN(receipt::PublicFile open, read_public(paths.open));
  TACIT_TRY(check_listed(open, ledger.header, paths));
  if (open.profile != model.profile || open.weights != model.commitment || open.model != model.open)
    return fail(Code::kWrongModel, paths.open, 0, "it describes another model than " + paths.model);
  CachedWeights committed = commit(model, weights, paths, ledger.header);
  if (committed.matrix.root() != ledger.header.root)
    return fail(Code::kBadLedger, paths.ledger, 0, "it belongs to another model than " + paths.model);
  return OpenEpoch{std::move(ledger), std::move(committed), std::move(open)};
}

Result<OpenEpoch> next_epoch(const ModelFile& model, const Weights& weights, const ModelPaths& paths, When when) {
  TACIT_TRY(check_writable(paths.open));
  TACIT_ASSIGN(Staging staging, Staging::begin(paths));
  TACIT_ASSIGN(OpenEpoch older, open_epoch(model, weights, paths));
  if (when == When::kIfDue && !older.ledger.nearly_spent()) return older;
  receipt::PublicFile file = std::move(older.open);
  const uint32_t number = older.ledger.header.epoch + 1;
  if (number >= receipt::kMaxEpochs)
    return fail(Code::kTooLarge, "epochs", number, "commit anew: tacit compile --force");

  TACIT_ASSIGN(NewCommitment newer, commit_epoch(model, weights, paths, number));
  newer.header.model_id = older.ledger.header.model_id;
  TACIT_TRY(staging.ledger().begin(newer.header));
  file.epochs.push_back({number, newer.header.root, {}});
  TACIT_TRY(prove_handover(weights, paths, older, newer, staging.ledger(), file));
  TACIT_ASSIGN(LedgerState state, staging.ledger().state());
  TACIT_TRY(staging.publish(receipt::encode(file), Overwrite::kYes));
  return OpenEpoch{std::move(state), std::move(newer.weights), std::move(file)};
}

Result<EpochReport> begin_epoch(const EpochOptions& options) {
  const ModelPaths paths = model_paths(options.model, options.ledger);
  TACIT_TRY(settle(paths));
  Stages stages(options.progress);
  stages.begin("read");
  TACIT_ASSIGN(const ModelFile model, read_model(paths.model));
  stages.begin("hand over");
  TACIT_ASSIGN(const OpenEpoch epoch, next_epoch(model, model.program.weights, paths, When::kNow));
  EpochReport report;
  report.model_id = epoch.ledger.header.model_id;
  report.epoch = epoch.ledger.header.epoch;
  report.root = epoch.ledger.header.root;
  report.budget = epoch.ledger.header.budget();
  if (const auto& handover = epoch.open.epochs.back().handover) report.handover_bytes = handover->proof.size();
  report.public_bytes = receipt::encode(epoch.open).size();
  report.public_file = paths.open;
  report.ledger_file = paths.ledger;
  report.seconds = stages.finish();
  return report;
}

}  // namespace tacit::api
