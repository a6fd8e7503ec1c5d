// NAME.ledger: the blinding seed of one epoch of a model's weights, and the count of what it has been spent on.
//
//   file   = "tacit ledger v1\n" ‖ model id (32) ‖ epoch u32 ‖ max queries u32 ‖ rows u64 ‖ seed (32) ‖ checksum (16)
//   record = serial u64 ‖ rows u32 ‖ kind u8 ‖ 0 0 0 ‖ checksum (16)
//
// The commitment to the weights has `rows` blinding rows; every proof opens some of its rows, and as long as no more than
// `rows` have ever been opened they say nothing about the weights. So each proof writes a record *before* it derives a
// challenge, under a lock, fsynced; records are never taken back, whatever becomes of the proof. A torn or damaged record
// counts as a proof. Rows for one handover to the next epoch are kept back.
//
// The file can't notice that it was copied or restored: a copy spends the same rows twice. It must never be copied, and a
// restore from a backup needs a new epoch.
#pragma once

#include <string>

#include "tacit/base/bytes.h"
#include "tacit/hash/digest.h"
#include "tacit/hash/prg.h"

namespace tacit::api {

enum class Spending : uint8_t { kRegistration = 1, kProof = 2 };

struct LedgerHeader {
  hash::Digest model_id;
  uint32_t epoch = 0;
  uint32_t max_queries = 0;  // rows of one proof, at most
  uint64_t rows = 0;         // blinding rows of the commitment
  hash::Seed seed;

  hash::Seed weights_seed() const;   // blinding and salts of the commitment
  hash::Seed attempts_seed() const;  // what every attempt's seed depends on
  // Proofs that a new epoch has room for, at max_queries each.
  uint64_t budget() const;
};

struct LedgerState {
  LedgerHeader header;
  uint64_t records = 0;  // the next serial
  uint64_t proofs = 0;   // records of proofs, damaged ones included
  uint64_t spent = 0;    // rows
  uint64_t proofs_left() const;
};

// A new ledger file, 0600. Errors: kExists, kIo.
Status create_ledger(const std::string& path, const LedgerHeader& header);

// The state of a ledger. Errors: kIo, kBadMagic, kBadVersion, kBadLedger, kEnvironment (others may read the file).
Result<LedgerState> read_ledger(const std::string& path);

// Spends rows: appends a record and fsyncs it; returns the state before, whose `records` is the serial of this spending.
// Errors: those of read_ledger, kBudgetSpent, kLocked (another process keeps the lock for seconds), kEnvironment (the
// file system has no locks or can't sync).
Result<LedgerState> spend(const std::string& path, const hash::Digest& model_id, uint32_t rows, Spending kind);

}  // namespace tacit::api
