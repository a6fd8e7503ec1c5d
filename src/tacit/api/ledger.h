// NAME.ledger: the blinding seed of one epoch of a model's weights, and the count of what it has been spent on.
//
//   file   = "tacit ledger v1\n" ‖ model id (32) ‖ epoch u32 ‖ max queries u32 ‖ rows u64 ‖ root (32)
//            ‖ inode u64 ‖ birth u64 ‖ seed (32) ‖ checksum (16)
//   record = serial u64 ‖ rows u32 ‖ kind u8 ‖ 0 0 0 ‖ checksum (16)
//
// The commitment to the weights has `rows` blinding rows; every proof opens some of its rows, and as long as no more than
// `rows` have ever been opened they say nothing about the weights. So each proof writes a record *before* it derives a
// challenge, under a lock, fsynced; records are never taken back, whatever becomes of the proof. A torn or damaged record
// counts as a proof. Rows for the handover to the next epoch are kept back, and for some that are interrupted.
//
// A copy or a restored backup would spend the same rows twice. Inode and time of birth tell it apart from the file that
// was made here; where the file system has no time of birth (`birth` 0), or when the whole disk was copied, or the bytes
// of an older state were written into the same file, nothing does. It must never be copied.
#pragma once

#include <string>
#include <utility>

#include "tacit/base/bytes.h"
#include "tacit/hash/digest.h"
#include "tacit/hash/prg.h"

namespace tacit::api {

enum class Spending : uint8_t { kRegistration = 1, kProof = 2, kHandoverIn = 3, kHandoverOut = 4 };

struct LedgerHeader {
  hash::Digest model_id;
  uint32_t epoch = 0;
  uint32_t max_queries = 0;  // rows of one proof, at most
  uint64_t rows = 0;         // blinding rows of the commitment
  hash::Digest root;         // of the commitment
  hash::Seed seed;

  hash::Seed weights_seed() const;   // blinding and salts of the commitment
  hash::Seed attempts_seed() const;  // what every attempt's seed depends on
  // Proofs that a new epoch has room for, at max_queries each, besides the handovers in (or the registration) and out.
  uint64_t budget() const;
  // How many of them are kept for handovers that a crash interrupts.
  uint64_t spare() const;
};

struct LedgerState {
  LedgerHeader header;
  uint64_t records = 0;  // the next serial
  uint64_t proofs = 0;   // records of proofs, damaged ones included
  uint64_t spent = 0;    // rows
  uint64_t proofs_left() const;
  // Is it time for the next epoch? At most a tenth of the proofs is left, spare ones included.
  bool nearly_spent() const { return 10 * (proofs_left() + header.spare()) <= header.budget(); }
};

// A ledger that this object alone may spend, in this process and in all others. Movable; the lock ends with it, also when
// a child process still holds the file.
class LockedLedger {
 public:
  // Waits for seconds. Errors: kIo, kLocked, kEnvironment (others may read the file; the file system has no locks).
  static Result<LockedLedger> open(const std::string& path);
  // Makes an empty file, or takes one that nobody has locked. Errors: those of open, kLocked at once.
  static Result<LockedLedger> take(const std::string& path);
  LockedLedger(LockedLedger&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  LockedLedger& operator=(LockedLedger&&) = delete;
  ~LockedLedger();

  // Errors: kIo.
  Result<bool> is_empty() const;
  // Writes the header of an empty file and waits until it is on the disk. Errors: kIo, kEnvironment (the file system
  // can't sync, or its locks don't exclude).
  Status begin(const LedgerHeader& header);
  // Errors: kIo, kBadMagic, kBadVersion, kTruncated, kBadLedger.
  Result<LedgerState> state() const;
  // Appends a record and waits until it is on the disk; returns the state that follows, so that the serial of this
  // spending is records − 1. Errors: those of state, kBudgetSpent, kIo, kEnvironment; after an error nothing may be
  // derived from the seed.
  Result<LedgerState> spend(uint32_t rows, Spending kind);

 private:
  LockedLedger(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_ = -1;
  std::string path_;
};

// A new ledger file, 0600. Errors: kExists, kIo, kEnvironment.
Status create_ledger(const std::string& path, const LedgerHeader& header);

// The state of a ledger, without a lock. Errors: those of LockedLedger but kLocked.
Result<LedgerState> read_ledger(const std::string& path);

// Opens, locks, spends. Errors: those of LockedLedger; kBadLedger (it belongs to another model), kWrongEpoch (the next
// epoch has begun since `expected` was read).
Result<LedgerState> spend(const std::string& path, const LedgerHeader& expected, uint32_t rows, Spending kind);

}  // namespace tacit::api
