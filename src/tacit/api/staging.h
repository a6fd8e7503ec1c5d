// The three files of a model, and how they change together: a process may die at any instant, and the next one goes on.
//
//   1  NAME.ledger.next   made and locked: one process at a time; holds the new epoch's seed and what was spent of it
//   2  NAME.tacit.next, NAME.pub.next   written whole, fsynced
//   3  NAME.pub.next → NAME.pub         *published*: from here on the new state counts
//   4  NAME.tacit.next → NAME.tacit,  NAME.ledger.next → NAME.ledger
//
// Whoever finds a NAME.ledger.next that nobody has locked looks at NAME.pub: if it ends with the root that the ledger is
// for, the new state was published, and step 4 is done again; if not, the new files are thrown away, with a seed that
// nobody has seen anything of. Both states are whole, and no seed or blinding row serves twice.
#pragma once

#include <optional>
#include <string>

#include "tacit/api/files.h"
#include "tacit/api/ledger.h"

namespace tacit::api {

struct ModelPaths {
  std::string model, ledger, open, cache;  // NAME.tacit, NAME.ledger, NAME.pub, NAME.cache
};
// The files beside NAME.tacit; `ledger`, if not empty, is another place of the ledger.
ModelPaths model_paths(const std::string& model, const std::string& ledger);

// Finishes or discards what a process that died has left. Does nothing while a process is alive that changes the files.
// Errors: kIo, kBadChecksum and others when NAME.pub can't be read.
Status settle(const ModelPaths& paths);

class Staging {
 public:
  // Settles, then makes NAME.ledger.next. Errors: kLocked (another process changes the files); those of settle.
  static Result<Staging> begin(const ModelPaths& paths);
  Staging(Staging&& other) noexcept : paths_(std::move(other.paths_)), ledger_(std::move(other.ledger_)) {
    other.ledger_.reset();
  }
  Staging& operator=(Staging&&) = delete;
  ~Staging();  // what isn't published is discarded

  LockedLedger& ledger() { return *ledger_; }
  // Step 2, for a new model.
  Status stage_model(ByteView model);
  // Steps 2 to 4. Errors: kExists (kNo, and NAME.pub exists), kIo; what is published then stays so.
  Status publish(ByteView public_file, Overwrite overwrite);

 private:
  Staging(ModelPaths paths, LockedLedger ledger) : paths_(std::move(paths)), ledger_(std::move(ledger)) {}
  ModelPaths paths_;
  std::optional<LockedLedger> ledger_;  // none: done
};

}  // namespace tacit::api
