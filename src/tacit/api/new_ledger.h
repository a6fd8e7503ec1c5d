// A ledger that exists under its name only once the files that belong to it do.
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include "tacit/api/files.h"
#include "tacit/api/ledger.h"

namespace tacit::api {

// A ledger under a temporary name, gone again unless it is kept.
class NewLedger {
 public:
  explicit NewLedger(const std::string& path) : temporary_(path + ".new" + std::to_string(::getpid())), path_(path) {}
  ~NewLedger() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }
  NewLedger(NewLedger&& other) noexcept
      : temporary_(std::exchange(other.temporary_, {})), path_(std::move(other.path_)) {}
  Status create(const LedgerHeader& header) { return create_ledger(temporary_, header); }
  const std::string& path() const { return temporary_; }
  Status keep(Overwrite overwrite) {
    TACIT_TRY(move_file(temporary_, path_, overwrite));
    temporary_.clear();
    return {};
  }

 private:
  std::string temporary_, path_;
};

}  // namespace tacit::api
