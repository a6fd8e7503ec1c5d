// Tacit for programs: everything that the command line does, as functions over files.
//
//   compile   ONNX model → NAME.tacit (private), NAME.ledger (private), NAME.pub (public), NAME.cache (private)
//   prove     NAME.tacit + NAME.ledger + inputs → a receipt; NAME.cache saves time and may be missing
//   verify    receipt + NAME.pub → a verdict
//   epoch     a new commitment to the same weights, when the ledger is nearly spent or by hand
//   commit_data  samples → NAME.data and NAME.data.ledger (private), NAME.data.pub (public), to be used by proofs
//   run       the integer model alone;  inspect  what a file says;  estimate  what compiling and proving will cost
//
// Functions return Result: no exceptions leave them, and files appear whole or not at all. Any number of threads may call
// them; a ledger serialises its proofs itself.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tacit/model/graph/tensor.h"
#include "tacit/receipt/admission.h"

namespace tacit::api {

// Called with the name of a stage when it begins.
using Progress = std::function<void(const char* stage)>;

// Seconds of each stage, in order, and of all.
struct Seconds {
  std::vector<std::pair<std::string, double>> stages;
  double total = 0;
};

struct Memory {
  uint64_t peak_anonymous = 0;  // bytes
  uint64_t file = 0;
};
// Of this process so far; zeros where the system doesn't say.
Memory memory_used();

// Values of one input or output. With several samples, their axis is the first one of a batched port, else one more in
// front.
struct NamedTensor {
  std::string name;
  model::Tensor value;
};

// Some ports of a model: all of a kind, or those with these names.
struct PortChoice {
  bool all = false;
  std::vector<std::string> names;
};

// ---- compile

struct ImportSettings {
  std::map<std::string, int64_t> dimensions;  // lengths of symbolic axes by name
  int bits = 15;                              // of activations, 8 to 15
};

struct CompileOptions {
  std::string model;                     // ONNX file
  std::vector<std::string> calibration;  // files of samples; none: synthetic samples serve
  std::string name;                      // of the files to make, without suffix; empty: the model's
  verifier::Profile profile = verifier::Profile::k100;
  uint64_t min_proofs = 100;  // that an epoch must have room for; more of them make each proof a little larger
  bool replace = false;       // existing files
  ImportSettings import;
  PortChoice argmax;  // outputs that get a further output: the index of the largest element along the last axis
  Progress progress;
};

struct OutputAccuracy {
  std::string name;
  double max_rel_err = 0;  // relative to the span of the float output
  double mean_rel_err = 0;
  uint64_t argmax_agreement = 0;
  uint64_t samples = 0;
};

// What a public file tells everybody about a model.
struct PublicFacts {
  uint64_t weights = 0, cells = 0, lookups = 0, table_rows = 0, contractions = 0;
  std::vector<std::string> functions;   // of function tables
  std::vector<statement::Port> inputs;  // names, shapes, exponents
  std::vector<statement::Port> outputs;
};
PublicFacts public_facts(const receipt::PublicModel& model);

struct CompileReport {
  hash::Digest model_id;
  PublicFacts facts;
  std::vector<OutputAccuracy> accuracy;
  bool calibrated = false;
  uint64_t nodes = 0;
  uint64_t budget = 0;  // proofs in the first epoch
  std::string model_file, ledger_file, public_file;
  uint64_t model_bytes = 0, public_bytes = 0, receipt_bytes = 0;  // the last one is predicted
  Seconds seconds;
};
// Errors: kExists, kIo, kEnvironment; kBadModel, kUnsupported, kMayWrap, kTooLarge at a node; kBadInput in calibration data.
Result<CompileReport> compile(const CompileOptions& options);

// ---- commit-data

struct CommitDataOptions {
  std::string data;   // a file of samples
  std::string model;  // NAME.pub whose input the data are for; empty: they get a scale of their own
  std::string input;  // its name, where the model has several
  std::string name;   // of the files to make; empty: the data's
  verifier::Profile profile = verifier::Profile::k100;  // without a model
  uint64_t min_proofs = 100;
  bool replace = false;  // existing files
  Progress progress;
};

struct CommitDataReport {
  hash::Digest data_id;
  receipt::PublicData open;
  uint64_t budget = 0;  // proofs
  std::string data_file, ledger_file, public_file;
  Seconds seconds;
};
// Errors: kExists, kIo, kEnvironment, kBadInput, kTooLarge, kUsage (no such input), those of admitting the model.
Result<CommitDataReport> commit_data(const CommitDataOptions& options);

// ---- prove, run

// Committed data for an input, or a name of data to be made from an output.
struct DataChoice {
  std::string port;  // empty: the only one
  std::string file;  // NAME.data; NAME.data.ledger is beside it
};

struct ProveOptions {
  std::string model;                // NAME.tacit
  std::string ledger;               // empty: NAME.ledger beside it
  std::vector<std::string> inputs;  // one file, or one for each input that no committed data serve
  PortChoice public_inputs;         // stated in the receipt; others are hidden
  PortChoice private_outputs;       // hidden; others are stated
  std::vector<DataChoice> data;     // committed inputs
  uint32_t first_row = 0;           // of the data
  uint32_t rows = 0;                // 0: all from the first on
  std::vector<DataChoice> commit_outputs;
  uint64_t min_data_proofs = 100;             // that new commitments have room for
  std::vector<receipt::ContextPair> context;  // in any order
  std::string receipt;                        // the file to write; replaced when it exists
  Progress progress;
  uint64_t memory = 0;  // bytes that the process may take, files apart; 0: as many as it likes
};

struct ProveReport {
  hash::Digest model_id;
  uint32_t epoch = 0;
  bool began_epoch = false;  // the one before was nearly spent: NAME.pub is new
  uint32_t samples = 0;
  uint64_t bytes = 0;
  int security_bits = 0;
  uint64_t ledger_used = 0, ledger_left = 0;  // proofs
  std::string cache;                          // NAME.cache: "used", "written" (there was none that fits), "none"
  uint64_t predicted_bytes = 0;               // of memory, files apart
  Memory memory;                              // used, with the cache still mapped
  std::vector<NamedTensor> outputs;
  std::vector<CommitDataReport> committed;  // from outputs
  Seconds seconds;
};
// Needs NAME.ledger and NAME.pub beside the model file; replaces both when a new epoch begins (begin_epoch).
// Errors: kIo, kBadInput, kUsage (no such port), kExists, kWrongContext, kBudgetSpent, kBadLedger, kWrongEpoch, kLocked,
// kEnvironment (among others: the memory that is allowed is too little), and those of reading NAME.tacit and NAME.pub.
Result<ProveReport> prove(const ProveOptions& options);

// ---- epoch

struct EpochOptions {
  std::string model;   // NAME.tacit
  std::string ledger;  // empty: NAME.ledger beside it
  Progress progress;
};

struct EpochReport {
  hash::Digest model_id;  // as before
  uint32_t epoch = 0;     // the new one
  hash::Digest root;
  uint64_t budget = 0;  // proofs
  uint64_t handover_bytes = 0, public_bytes = 0;
  std::string ledger_file, public_file;
  Seconds seconds;
};
// Begins the next epoch: a fresh seed, a new root in NAME.pub with the proof that the weights are the same, a new
// NAME.ledger. Receipts of all epochs stay valid; verifiers need the new NAME.pub for those of the new one.
// Errors: kIo, kBadLedger, kWrongEpoch, kBudgetSpent (not even a handover has room), kLocked, kEnvironment, and those of
// reading NAME.tacit and NAME.pub.
Result<EpochReport> begin_epoch(const EpochOptions& options);

struct RunReport {
  uint32_t samples = 0;
  std::vector<NamedTensor> outputs;
  std::vector<std::pair<std::string, uint64_t>> saturated;  // node, elements that were clamped at an end of their range
  Seconds seconds;
};
Result<RunReport> run(const std::string& model, const std::vector<std::string>& inputs);

// ---- verify

struct VerifyOptions {
  std::string receipt;
  std::string public_file;
  std::vector<std::string> inputs;            // files; compared with the inputs that the receipt states
  std::vector<std::string> data;              // NAME.data.pub files that the receipt must use
  std::vector<receipt::ContextPair> context;  // that the receipt must be bound to
  uint32_t min_epoch = 0;
  std::optional<int64_t> not_before, not_after;  // seconds since 1970
};

// An input or output that a receipt says to be rows of committed data.
struct CommittedRows {
  std::string port;
  bool is_input = true;
  hash::Digest data_id;
  receipt::DataUse use;
  bool operator==(const CommittedRows&) const = default;
};

// What was proven.
struct VerifyReport {
  hash::Digest model_id;
  receipt::Header header;
  std::vector<NamedTensor> inputs;   // stated ones
  std::vector<NamedTensor> outputs;  // stated ones
  std::vector<std::string> hidden_inputs, hidden_outputs;
  std::vector<CommittedRows> committed;
  verifier::ErrorLedger terms;
  int security_bits = 0;
  double admission_seconds = 0, verification_seconds = 0;
};
// Errors: every verdict (receipt/admission.h); kIo and kBadInput for files that can't be read.
Result<VerifyReport> verify(const VerifyOptions& options);

// ---- inspect, estimate

enum class FileKind : uint8_t { kModel, kPublic, kReceipt, kLedger, kData, kPublicData };

struct InspectReport {
  FileKind kind = FileKind::kPublic;
  uint64_t bytes = 0;
  std::optional<hash::Digest> model_id, model_digest;
  std::optional<PublicFacts> facts;  // models and public files
  std::optional<verifier::Profile> profile;
  std::optional<receipt::WeightCommitment> commitment;
  std::vector<receipt::Epoch> epochs;
  std::optional<receipt::WeightProof> registration;
  bool registered = false;  // public files: admitted
  std::optional<receipt::Receipt> receipt;
  std::optional<receipt::PublicData> data;           // committed data and their public files
  std::optional<uint64_t> ledger_used, ledger_left;  // never the seed
  std::optional<uint32_t> ledger_epoch;
  uint64_t ledger_records = 0, ledger_rows = 0;  // written, spent
};
// What a file says, never a secret. Errors: kIo, kBadMagic and those of reading the file.
Result<InspectReport> inspect(const std::string& path);

// Compiles the public part of an ONNX model anew and compares it with a public file's. Errors: kWrongModel when they
// differ, and those of compile.
Status inspect_against(const std::string& public_file, const CompileOptions& options);

struct EstimateReport {
  PublicFacts facts;
  double prove_seconds = 0, compile_seconds = 0;
  uint64_t peak_bytes = 0, receipt_bytes = 0;
  std::vector<std::pair<std::string, double>> stages;
  int threads = 0;
  uint64_t proofs = 0;  // of an epoch
};
// Predictions from the model's shapes; no commitment, no proof. Errors: those of compile.
Result<EstimateReport> estimate(const CompileOptions& options);

}  // namespace tacit::api
