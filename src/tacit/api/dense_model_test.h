// For tests: a model made by hand, committed, registered and admitted; data for it; receipts of it.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <random>

#include "tacit/api/data.h"
#include "tacit/api/planning.h"
#include "tacit/api/proving.h"
#include "tacit/receipt/handover.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"

namespace tacit::api {

using namespace statement;
using receipt::PublicFile;
using receipt::Receipt;
using verifier::Profile;

constexpr uint32_t kInputs = 6, kOutputs = 3;

inline Port port(std::string name, const Builder& b, TensorId tensor, uint32_t length, Interval range) {
  Port out;
  out.name = std::move(name);
  out.shape = {1, length};
  out.batched = true;
  out.exponent = -4;
  out.range = range;
  out.labels = b.system().tensors[tensor].space;
  out.axes = {{}, {1}};
  out.view = b.cell(tensor);
  return out;
}

// y = W·x + bias, x in bytes, W in [−8, 8), bias in [0, 2^20).
struct Dense {
  receipt::PublicModel model;
  Weights weights;
  TensorId w = 0, bias = 0, x = 0, y = 0;

  explicit Dense(uint64_t seed = 5) {
    Builder b;
    const OracleId committed = b.oracle(OracleKind::kWeights), own = b.oracle(OracleKind::kActivations);
    const Space x_space{{batch_axis(), whole_axis(kInputs)}}, y_space{{batch_axis(), whole_axis(kOutputs)}};
    w = b.tensor(committed, {{whole_axis(kOutputs), whole_axis(kInputs)}}, {-8, 7});
    bias = b.tensor(committed, {{whole_axis(kOutputs)}}, {0, (1 << 20) - 1});
    x = b.tensor(own, x_space, {0, 255});
    y = b.tensor(own, y_space, {-20000, 1100000});
    b.lookup(x_space, b.range_table(own, 0, 8), {b.cell(x)});
    Contraction k;
    k.labels = {{batch_axis(), whole_axis(kOutputs), whole_axis(kInputs)}};
    k.roles = {Role::kLeft, Role::kRight, Role::kInner};
    k.a = scaled(Source::kTensor, x, 1, {axis(0), axis(2)});
    k.c = scaled(Source::kTensor, w, 1, {axis(1), axis(2)});
    const ContractionId product = b.contraction(k);
    b.identity(y_space,
               b.cell(y, -1) + direct(Source::kAccumulator, product, 2) + scaled(Source::kTensor, bias, 1, {axis(1)}));
    model.inputs = {port("x", b, x, kInputs, {0, 255})};
    model.outputs = {port("y", b, y, kOutputs, {-20000, 1100000})};
    model.system = b.take();
    std::mt19937_64 random(seed);
    weights.resize(model.system.tensors.size());
    for (uint32_t i = 0; i < kOutputs * kInputs; ++i) weights[w].push_back(static_cast<int64_t>(random() % 16) - 8);
    for (uint32_t i = 0; i < kOutputs; ++i) weights[bias].push_back(static_cast<int64_t>(random() % (1 << 20)));
  }
};

// Proves with this seed and these coins, without ledgers: the same ones give the same proof.
inline Result<Proof> prove_with(const ProofJob& job, uint8_t seed, verifier::Coins& coins) {
  const auto over = [&](auto field) -> Result<Proof> {
    prover::SeededRandomness<field::Goldilocks> random(hash::Seed({seed}));
    TACIT_ASSIGN(Bytes bytes,
                 prover::prove<decltype(field)>({job.statement, job.assignment, job.fixed, random, nullptr}, coins));
    return Proof{std::move(bytes), {}};
  };
  return job.statement.parameters.profile == Profile::k100 ? over(field::Goldilocks2{}) : over(field::Goldilocks3{});
}
inline Result<Proof> prove_seeded(const ProofJob& job, uint8_t seed) {
  verifier::FiatShamirCoins coins(verifier::kProtocolName, prover::fast_work);
  return prove_with(job, seed, coins);
}

// The model, compiled in a folder of its own.
class Compiled {
 public:
  explicit Compiled(Profile profile, uint64_t weights = 5) : dense_(weights) {
    static int number = 0;
    folder_ = testing::TempDir() + "dense_" + std::to_string(::getpid()) + "_" + std::to_string(number++);
    std::filesystem::create_directories(folder_);
    ledger_ = folder_ + "/x.ledger";
    file_.profile = profile;
  }
  Compiled(const Compiled&) = delete;
  ~Compiled() { std::filesystem::remove_all(folder_); }

  // Plans, commits, registers.
  void compile() {
    prover::PlanOptions options;
    options.profile = file_.profile;
    file_.model = dense_.model;
    const auto plan = plan_proof(
        instantiate(with_visibility(file_.model.system, file_.model.inputs, file_.model.outputs, {}), 1), options);
    ASSERT_TRUE(plan) << plan.error().message();
    file_.weights = weight_commitment(plan->parameters);
    begin(0, dense_.weights);
    enroll(dense_.weights);
  }
  // An epoch of its own for these weights, with a ledger, as the last one in the file.
  void begin(uint32_t number, const Weights& weights) {
    header_.seed.expose()[0] = static_cast<uint8_t>(1 + number);
    header_.epoch = number;
    weights_.emplace(commit_weights(file_.model, file_.weights, weights, header_.weights_seed()));
    header_.root = weights_->root();
    file_.epochs.resize(number);
    file_.epochs.push_back({number, header_.root, {}});
    header_.model_id = receipt::model_id(file_);
    header_.max_queries = file_.weights.max_queries;
    header_.rows = uint64_t{1} << file_.weights.log_blinding;
    std::filesystem::remove(ledger_);
    ASSERT_TRUE(create_ledger(ledger_, header_));
  }
  std::function<Result<LedgerState>()> spend_rows(const verifier::Parameters& parameters, Spending kind) const {
    return [this, rows = oracle_queries(parameters, receipt::kWeightOracle), kind] {
      return spend(ledger_, header_, rows, kind);
    };
  }
  // Hands over from `older` to the last epoch of the file; the proof's witness are these weights.
  void hand_over(const WeightMatrix& older, const Weights& weights) {
    const auto found = handover_case(file_, weights, 2);
    ASSERT_TRUE(found && *found) << found.error().message();
    const WeightCase& c = **found;
    ASSERT_TRUE(check(c.system));
    const verifier::Statement statement =
        receipt::handover_statement(file_, file_.epochs.back().number, c.system, c.parameters);
    const auto proof = prove_with_ledger(
        {statement, c.assignment, {&older, &*weights_}, spend_rows(c.parameters, Spending::kHandoverIn), {}, nullptr});
    ASSERT_TRUE(proof) << proof.error().message();
    file_.epochs.back().handover = {c.parameters, proof->bytes};
  }
  void enroll(const Weights& weights) {
    const auto found = registration_case(file_, weights, 2);
    ASSERT_TRUE(found && *found) << found.error().message();
    const WeightCase& c = **found;
    const verifier::Statement statement = receipt::registration_statement(file_, c.system, c.parameters);
    const auto proof = prove_with_ledger(
        {statement, c.assignment, {&*weights_}, spend_rows(c.parameters, Spending::kRegistration), {}, nullptr});
    ASSERT_TRUE(proof) << proof.error().message();
    file_.registration = {c.parameters, proof->bytes};
  }

  Assignment run(const System& system, const std::vector<int64_t>& x) const {
    Assignment a;
    a.tensors = dense_.weights;
    a.tensors[dense_.x] = x;
    a.accumulators.resize(1);
    a.publics.resize(system.publics.size());
    contract(system, a, 0);
    a.tensors[dense_.y] = a.accumulators[0];
    for (size_t i = 0; i < a.tensors[dense_.y].size(); ++i)
      a.tensors[dense_.y][i] += dense_.weights[dense_.bias][i % kOutputs];
    EXPECT_TRUE(count_multiplicities(system, a));
    return a;
  }

  // Data of so many samples for the input, in steps twice as large as the input's.
  DataFile data(uint32_t samples) const {
    DataFile out{{file_.profile, {kInputs}, 1, -3, {0, 127}, samples}, {}};
    for (size_t i = 0; i < size_t{samples} * kInputs; ++i)
      out.values.push_back(static_cast<int64_t>((29 * i + 3) % 128));
    return out;
  }
  // These data committed under a fixed seed; without a ledger.
  NewData fixed(DataFile made) const {
    const DataPlan plan = plan_data(made.open.samples, kInputs, made.open.profile, 4, 2).value();
    made.open.code = plan.code;
    made.open.max_queries = plan.max_queries;
    WeightMatrix matrix = commit_data(made, hash::Seed({7}));
    made.open.root = matrix.root();
    const DataPaths paths = data_paths(folder_ + "/fixed");
    return {made, receipt::data_id(made.open), paths, NewLedger(paths.ledger), {}, std::move(matrix)};
  }
  // The input that rows of the data are.
  static std::vector<int64_t> rows_of(const DataFile& data, uint32_t first, uint32_t samples) {
    std::vector<int64_t> x;
    for (size_t i = first * kInputs; i < (first + samples) * kInputs; ++i) x.push_back(2 * data.values[i]);
    return x;
  }

  // One run whose input or output may be rows of data.
  struct Claim {
    std::vector<int64_t> x;
    Visibility visibility;
    std::vector<receipt::ContextPair> context = {};
    const NewData* data = nullptr;  // for the port that is committed
    uint32_t first = 0;
    std::function<Result<Proof>(const ProofJob&)> prover = prove_with_ledger;
    bool is_true = true;  // what is claimed
    int64_t time = 1'700'000'000;
  };
  Receipt prove(const Claim& run) {
    Receipt out;
    const auto samples = static_cast<uint32_t>(run.x.size() / kInputs);
    out.header = {receipt::model_id(file_),
                  header_.epoch,
                  samples,
                  receipt::exposures(run.visibility, 1, 1),
                  {},
                  run.time,
                  run.context};
    prover::PlanOptions options = committed_options(file_, 2);
    if (run.data != nullptr) {
      const receipt::PublicData& open = run.data->file.open;
      out.header.data = {open.use(run.first)};
      options.committed.push_back(
          {2, open.code.log_rows, open.code.log_blinding, open.code.log_domain, open.max_queries});
    }
    const auto unplaced = receipt::unplaced_instance(file_.model, run.visibility, samples, out.header.rows());
    EXPECT_TRUE(unplaced) << unplaced.error().message();
    const auto plan = plan_proof(*unplaced, options);
    EXPECT_TRUE(plan) << plan.error().message();
    out.parameters = plan->parameters;
    const auto system = receipt::instance(file_.model, run.visibility, samples, out.parameters, out.header.rows());
    EXPECT_TRUE(system) << system.error().message();
    Assignment a = this->run(*system, run.x);
    if (run.visibility.inputs[0] == Exposure::kPublic) out.values.push_back(run.x);
    if (run.visibility.outputs[0] == Exposure::kPublic) out.values.push_back(a.tensors[dense_.y]);
    a.publics = out.values;
    if (run.data != nullptr) a.tensors.push_back(run.data->file.values);
    EXPECT_EQ(satisfies(*system, a).has_value(), run.is_true);
    std::vector<hash::Digest> roots{header_.root};
    if (run.data != nullptr) roots.push_back(run.data->file.open.root);
    const verifier::Statement statement{*system, out.parameters, {out.values}, roots, receipt::encode(out.header)};
    std::vector<DataLedger> ledgers;
    if (run.data != nullptr) ledgers.push_back({run.data->ledger.path(), run.data->header, 2});
    ProofJob job{
        statement, a, {&*weights_}, [&] { return spend_proof(ledger_, header_, out.parameters, ledgers); }, {}};
    if (run.data != nullptr) job.fixed.push_back(&run.data->matrix);
    const auto proof = run.prover(job);
    if (run.is_true) {
      EXPECT_TRUE(proof) << proof.error().message();
    }
    if (proof) out.proof = proof->bytes;
    return out;
  }
  Receipt prove(const std::vector<int64_t>& x, Visibility visibility, std::vector<receipt::ContextPair> context = {}) {
    return prove(Claim{x, std::move(visibility), std::move(context)});
  }

  static std::vector<int64_t> input(uint32_t samples) {
    std::vector<int64_t> x(samples * kInputs);
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<int64_t>((37 * i + 11) % 256);
    return x;
  }

  Dense dense_;
  std::string folder_, ledger_;
  LedgerHeader header_;
  PublicFile file_;
  std::optional<WeightMatrix> weights_;
};

}  // namespace tacit::api
