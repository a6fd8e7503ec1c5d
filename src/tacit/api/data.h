// Committed data: integers under a root of their own, which any number of proofs may use as an input.
//
//   NAME.data         private   "tacit data   v1\n" ‖ public data ‖ integers (receipt/integers.h) ‖ BLAKE3(everything before)
//   NAME.data.ledger  private   the seed of the commitment and the count of its proofs, by the rules of a model's ledger
//   NAME.data.pub     public    receipt/data_file.h
#pragma once

#include "tacit/api/new_ledger.h"
#include "tacit/api/proving.h"
#include "tacit/api/tacit.h"
#include "tacit/receipt/data_file.h"

namespace tacit::api {

struct DataFile {
  receipt::PublicData open;
  std::vector<int64_t> values;  // [samples, elements]
};

// The names of the three files, for NAME with or without its suffix.
struct DataPaths {
  std::string data, ledger, open;
};
DataPaths data_paths(const std::string& name);

Bytes encode(const DataFile& file);
// Errors: kIo, and those of receipt::parse_public_data.
Result<DataFile> read_data_file(const std::string& path);

// The commitment that this seed makes. The same seed gives the same commitment, so that it need not be stored.
WeightMatrix commit_data(const DataFile& file, const hash::Seed& seed);

// Data committed for the first time; their ledger stands under a temporary name, and goes away unless it is kept.
struct NewData {
  DataFile file;
  hash::Digest id;
  DataPaths paths;
  NewLedger ledger;
  LedgerHeader header;
  WeightMatrix matrix;

  CommitDataReport report(Seconds seconds = {}) const;
};
// Chooses a code for the data, draws a seed and commits; file.open needs neither code nor root yet.
// Errors: those of plan_data and create_ledger, kEnvironment.
Result<NewData> make_data(DataFile file, const std::string& name, uint64_t min_proofs);
// Writes the three files. Errors: kExists, kIo.
Status keep(NewData& made, Overwrite overwrite);

}  // namespace tacit::api
