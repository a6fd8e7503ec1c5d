#include "tacit/api/staging.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tacit/receipt/public_file.h"

namespace tacit::api {
namespace {

std::string next(const std::string& path) { return path + ".next"; }

// Does NAME.pub end with the epoch of this ledger?
Result<bool> is_published(const std::string& path, const LedgerHeader& header) {
  if (!file_exists(path)) return false;
  TACIT_ASSIGN(const Bytes bytes, read_file(path, receipt::kMaxPublicFile));
  TACIT_ASSIGN(const receipt::PublicFile file, receipt::parse_public_file(bytes));
  if (file.epochs.empty()) return false;
  const receipt::Epoch& last = file.epochs.back();
  return last.number == header.epoch && last.root == header.root && receipt::model_id(file) == header.model_id;
}

Status remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return fail(Code::kIo, path, 0, std::strerror(errno));
  return {};
}

// Step 4. The ledger comes last: as long as its .next is there, the step is repeated.
Status finish(const ModelPaths& paths) {
  TACIT_TRY(remove(next(paths.open)));  // of a link that was not undone
  if (file_exists(next(paths.model))) TACIT_TRY(move_file(next(paths.model), paths.model, Overwrite::kYes));
  return move_file(next(paths.ledger), paths.ledger, Overwrite::kYes);
}

// The ledger last, again.
Status discard(const ModelPaths& paths) {
  for (const std::string& path : {paths.model, paths.open, paths.ledger}) TACIT_TRY(remove(next(path)));
  return {};
}

// Decides what becomes of NAME.ledger.next, which this process has locked.
Status conclude(const ModelPaths& paths, const LockedLedger& ledger) {
  const Result<LedgerState> state = ledger.state();
  if (!state && state.error().code == Code::kIo) return tl::unexpected(state.error());
  if (!state) return discard(paths);  // it was never complete, so nothing was made with it
  TACIT_ASSIGN(const bool published, is_published(paths.open, state->header));
  return published ? finish(paths) : discard(paths);
}

}  // namespace

ModelPaths model_paths(const std::string& model, const std::string& ledger) {
  const std::string name = without_suffix(model, ".tacit");
  return {model, ledger.empty() ? name + ".ledger" : ledger, name + ".pub", name + ".cache"};
}

Status settle(const ModelPaths& paths) {
  if (!file_exists(next(paths.ledger))) return {};
  const Result<LockedLedger> left = LockedLedger::take(next(paths.ledger));
  if (!left) return left.error().code == Code::kLocked ? Status() : tl::unexpected(left.error());
  return conclude(paths, *left);
}

Result<Staging> Staging::begin(const ModelPaths& paths) {
  while (true) {
    TACIT_ASSIGN(LockedLedger ledger, LockedLedger::take(next(paths.ledger)));
    TACIT_ASSIGN(const bool empty, ledger.is_empty());
    if (!empty) {
      TACIT_TRY(conclude(paths, ledger));
      continue;
    }
    for (const std::string& path : {paths.model, paths.open}) TACIT_TRY(remove(next(path)));
    return Staging(paths, std::move(ledger));
  }
}

Staging::~Staging() {
  if (ledger_) (void)conclude(paths_, *ledger_);
}

Status Staging::stage_model(ByteView model) {
  return write_file(next(paths_.model), model, Access::kPrivate, Overwrite::kYes);
}

Status Staging::publish(ByteView public_file, Overwrite overwrite) {
  TACIT_TRY(write_file(next(paths_.open), public_file, Access::kPublic, Overwrite::kYes));
  TACIT_TRY(move_file(next(paths_.open), paths_.open, overwrite));
  TACIT_TRY(finish(paths_));
  ledger_.reset();
  return {};
}

}  // namespace tacit::api
