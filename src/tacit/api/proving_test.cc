// A model made by hand: committed, registered, admitted; receipts of it, good and bad.

#include "tacit/api/proving.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <random>

#include "tacit/api/files.h"
#include "tacit/api/keys.h"
#include "tacit/api/planning.h"
#include "tacit/hash/blake3.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"

namespace tacit::api {
namespace {

using namespace statement;
using receipt::PublicFile;
using receipt::Receipt;
using verifier::Profile;

constexpr uint32_t kInputs = 6, kOutputs = 3;

Port port(std::string name, const Builder& b, TensorId tensor, uint32_t length, Interval range) {
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

  Dense() {
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
    std::mt19937_64 random(5);
    weights.resize(model.system.tensors.size());
    for (uint32_t i = 0; i < kOutputs * kInputs; ++i) weights[w].push_back(static_cast<int64_t>(random() % 16) - 8);
    for (uint32_t i = 0; i < kOutputs; ++i) weights[bias].push_back(static_cast<int64_t>(random() % (1 << 20)));
  }
};

class ProvingTest : public testing::TestWithParam<Profile> {
 protected:
  ProvingTest() {
    folder_ = testing::TempDir() + "proving_test_" + std::to_string(::getpid());
    std::filesystem::create_directories(folder_);
    ledger_ = folder_ + "/x.ledger";
  }
  ~ProvingTest() override { std::filesystem::remove_all(folder_); }

  // Plans, commits, registers.
  void compile() {
    prover::PlanOptions options;
    options.profile = file_.profile = GetParam();
    file_.model = dense_.model;
    const auto plan = plan_proof(
        instantiate(with_visibility(file_.model.system, file_.model.inputs, file_.model.outputs, {}), 1), options);
    ASSERT_TRUE(plan) << plan.error().message();
    file_.weights = weight_commitment(plan->parameters);
    LedgerHeader header;
    header.seed.expose()[0] = 1;
    weights_.emplace(commit_weights(file_.model, file_.weights, dense_.weights, header.weights_seed()));
    file_.epochs = {{0, weights_->root(), {}}};
    header.model_id = receipt::model_id(file_);
    header.max_queries = file_.weights.max_queries;
    header.rows = uint64_t{1} << file_.weights.log_blinding;
    ASSERT_TRUE(create_ledger(ledger_, header));
    enroll(dense_.weights);
  }
  void enroll(const Weights& weights) {
    const auto found = registration_case(file_, weights, 2);
    ASSERT_TRUE(found && *found) << found.error().message();
    const RegistrationCase& c = **found;
    const verifier::Statement statement = receipt::registration_statement(file_, c.system, c.parameters);
    const auto proof = prove_with_ledger(
        {statement, c.assignment, *weights_, ledger_, receipt::model_id(file_), Spending::kRegistration, {}, nullptr});
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

  Receipt prove(const std::vector<int64_t>& x, Visibility visibility, std::vector<receipt::ContextPair> context = {}) {
    Receipt out;
    const auto samples = static_cast<uint32_t>(x.size() / kInputs);
    out.header = {receipt::model_id(file_), 0, samples, visibility, 1'700'000'000, std::move(context)};
    const auto plan = plan_proof(
        instantiate(with_visibility(file_.model.system, file_.model.inputs, file_.model.outputs, visibility), samples),
        committed_options(file_, 2));
    EXPECT_TRUE(plan) << plan.error().message();
    out.parameters = plan->parameters;
    const auto system = receipt::instance(file_.model, visibility, samples, out.parameters);
    EXPECT_TRUE(system) << system.error().message();
    Assignment a = run(*system, x);
    if (visibility.inputs) out.values.push_back(x);
    if (visibility.outputs) out.values.push_back(a.tensors[dense_.y]);
    a.publics = out.values;
    EXPECT_TRUE(satisfies(*system, a));
    const verifier::Statement statement{
        *system, out.parameters, {out.values}, {file_.epochs[0].root}, receipt::encode(out.header)};
    const auto proof =
        prove_with_ledger({statement, a, *weights_, ledger_, out.header.model_id, Spending::kProof, {}, nullptr});
    EXPECT_TRUE(proof) << proof.error().message();
    out.proof = proof->bytes;
    return out;
  }

  static std::vector<int64_t> input(uint32_t samples) {
    std::vector<int64_t> x(samples * kInputs);
    for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<int64_t>((37 * i + 11) % 256);
    return x;
  }

  Dense dense_;
  std::string folder_, ledger_;
  PublicFile file_;
  std::optional<WeightMatrix> weights_;
};

Code code_of(const Result<receipt::Verdict>& verdict) { return verdict ? Code::kUsage : verdict.error().code; }

TEST_P(ProvingTest, CacheHoldsTheCommitment) {
  compile();
  const std::string path = folder_ + "/x.cache";
  const hash::Digest sum = hash::blake3(as_bytes("a model file"));
  LedgerHeader header;
  header.seed.expose()[0] = 1;
  const hash::Seed seed = header.weights_seed();
  const auto commit = [&](const hash::Digest& model, const hash::Seed& from) {
    return commit_weights(file_.model, file_.weights, dense_.weights, from, path, model);
  };
  std::vector<uint64_t> positions;
  for (uint64_t x = 1; x < uint64_t{1} << file_.weights.log_domain; x += 1 + x / 3) positions.push_back(x);
  const auto opening = [&](const WeightMatrix& matrix) {
    Writer out;
    matrix.open(positions, out);
    return out.take();
  };
  const Bytes expected = opening(*weights_);
  const auto expect_same = [&](const CachedWeights& got, CacheUse use, const char* what) {
    EXPECT_EQ(got.use, use) << what;
    EXPECT_EQ(opening(got.matrix), expected) << what;
    EXPECT_EQ(got.matrix.root(), weights_->root()) << what;
  };
  expect_same(commit(sum, seed), CacheUse::kWritten, "no file");
  expect_same(commit(sum, seed), CacheUse::kUsed, "a file");
  const Bytes file = *read_file(path, size_t{1} << 30);
  EXPECT_EQ(std::filesystem::status(path).permissions(), std::filesystem::perms(0600));
  for (const hash::Seed& secret : {header.seed, seed})
    EXPECT_EQ(std::search(file.begin(), file.end(), secret.expose().begin(), secret.expose().end()), file.end());

  // Another model, another seed, a changed header, a shorter file, a file that others may read: made anew.
  const auto change = [&](size_t at, uint8_t mask) {
    Bytes changed = file;
    changed[at] ^= mask;
    ASSERT_TRUE(write_file(path, changed, Access::kPrivate, Overwrite::kYes));
  };
  EXPECT_EQ(commit(hash::blake3(as_bytes("another")), seed).use, CacheUse::kWritten);
  EXPECT_EQ(commit(sum, seed).use, CacheUse::kWritten);
  EXPECT_EQ(commit(sum, header.seed).use, CacheUse::kWritten);
  EXPECT_EQ(commit(sum, seed).use, CacheUse::kWritten);
  for (size_t at = 0; at < 124; at += 5) {
    change(at, 1);
    EXPECT_EQ(commit(sum, seed).use, CacheUse::kWritten) << at;
  }
  std::filesystem::resize_file(path, file.size() - 1);
  expect_same(commit(sum, seed), CacheUse::kWritten, "a shorter file");
  std::filesystem::permissions(path, std::filesystem::perms(0644));
  expect_same(commit(sum, seed), CacheUse::kWritten, "a readable file");

  // Damage in nodes and rows is found when they are opened.
  const size_t nodes = 32 * ((size_t{2} << file_.weights.log_domain) - 1);
  for (const auto& [begin, end] : {std::pair{size_t{4096}, 4096 + nodes - 32}, {4096 + nodes + 4095, file.size()}}) {
    Bytes changed = file;
    for (size_t i = begin; i < end; ++i) changed[i] ^= 0x10;
    ASSERT_TRUE(write_file(path, changed, Access::kPrivate, Overwrite::kYes));
    expect_same(commit(sum, seed), CacheUse::kUsed, "damage");
  }
}

TEST_P(ProvingTest, WithoutAFolderThereIsNoCache) {
  compile();
  const hash::Seed seed;
  EXPECT_EQ(commit_weights(file_.model, file_.weights, dense_.weights, seed, folder_ + "/none/x.cache", {}).use,
            CacheUse::kNone);
}

TEST_P(ProvingTest, ReceiptsOfEveryKindAreValid) {
  compile();
  const Bytes bytes = receipt::encode(file_);
  auto parsed = receipt::parse_public_file(bytes);
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(*parsed, file_);
  const auto admitted = receipt::admit(std::move(*parsed));
  ASSERT_TRUE(admitted) << admitted.error().message();
  for (const uint32_t samples : {1u, 5u, 64u})
    for (const Visibility visibility : {Visibility{false, true}, {true, true}, {true, false}, {false, false}}) {
      const Receipt made = prove(input(samples), visibility, {{"case", "7781"}});
      const auto again = receipt::parse_receipt(receipt::encode(made));
      ASSERT_TRUE(again) << again.error().message();
      EXPECT_EQ(*again, made);
      const auto verdict = receipt::verify_receipt(*admitted, *again, {});
      ASSERT_TRUE(verdict) << verdict.error().message();
      EXPECT_GE(verdict->security_bits(), verifier::target_bits(GetParam()));
    }
  EXPECT_EQ(read_ledger(ledger_)->proofs, 12u);
}

TEST_P(ProvingTest, ExpectationsAreHeld) {
  compile();
  const auto admitted = receipt::admit(file_);
  ASSERT_TRUE(admitted) << admitted.error().message();
  const Receipt open = prove(input(1), {true, true}, {{"case", "7781"}, {"who", "Ada"}});
  const auto verdict = [&](const receipt::Expectations& expected, const Receipt& r) {
    return code_of(receipt::verify_receipt(*admitted, r, expected));
  };
  receipt::Expectations good;
  good.context = {{"who", "Ada"}, {"case", "7781"}};
  good.inputs = {{input(1)}};
  good.not_before = 1'600'000'000;
  good.not_after = 1'700'000'000;
  EXPECT_EQ(verdict(good, open), Code::kUsage);
  receipt::Expectations e;
  e.context = {{"case", "7782"}};
  EXPECT_EQ(verdict(e, open), Code::kWrongContext);
  e.context = {{"Case", "7781"}};
  EXPECT_EQ(verdict(e, open), Code::kWrongContext);
  e = {};
  e.inputs = {{input(2)}};
  EXPECT_EQ(verdict(e, open), Code::kWrongInput);
  e = {};
  e.min_epoch = 1;
  EXPECT_EQ(verdict(e, open), Code::kStaleEpoch);
  e = {};
  e.not_before = 1'700'000'001;
  EXPECT_EQ(verdict(e, open), Code::kWrongContext);
  e = {};
  e.not_after = 1'699'999'999;
  EXPECT_EQ(verdict(e, open), Code::kWrongContext);
  const Receipt hidden = prove(input(1), {false, true});
  EXPECT_EQ(verdict({.inputs = {{input(1)}}}, hidden), Code::kWrongInput);
}

// One change to each part of a receipt.
TEST_P(ProvingTest, NothingInAReceiptCanBeChanged) {
  compile();
  const auto admitted = receipt::admit(file_);
  ASSERT_TRUE(admitted) << admitted.error().message();
  const Receipt good = prove(input(2), {true, true}, {{"case", "7781"}});
  struct Change {
    Code code;
    std::function<void(Receipt&)> apply;
  };
  const Change changes[] = {
      {Code::kWrongModel, [](Receipt& r) { r.header.model_id.bytes[5] ^= 1; }},
      {Code::kWrongEpoch, [](Receipt& r) { r.header.epoch = 1; }},
      {Code::kWrongStatement, [](Receipt& r) { r.header.visibility.inputs = false; }},
      {Code::kWrongStatement, [](Receipt& r) { r.values.pop_back(); }},
      {Code::kWrongStatement, [](Receipt& r) { r.values[0].push_back(0); }},
      {Code::kWrongStatement, [](Receipt& r) { r.values[0][0] = 256; }},
      {Code::kWrongContext,
       [](Receipt& r) {
         r.header.context.push_back({"case", "x"});
       }},
      {Code::kInsecureParameters,
       [](Receipt& r) {
         r.parameters.profile = r.parameters.profile == Profile::k100 ? Profile::k128 : Profile::k100;
       }},
      {Code::kInsecureParameters, [](Receipt& r) { r.parameters.stacks[0].queries -= 1; }},
      {Code::kBadParameters, [](Receipt& r) { r.parameters.stacks.pop_back(), r.parameters.stacks.clear(); }},
      {Code::kBadParameters,
       [](Receipt& r) {
         for (auto& stack : r.parameters.stacks) stack.log_domain += 1;
       }},
      {Code::kTruncated, [](Receipt& r) { r.proof.pop_back(); }},
      {Code::kTrailingBytes, [](Receipt& r) { r.proof.push_back(0); }},
      {Code::kTooLarge, [](Receipt& r) { r.header.samples = receipt::kMaxSamples + 1; }},
      {Code::kTooLarge, [](Receipt& r) { r.header.samples = 0; }},
  };
  ASSERT_TRUE(receipt::verify_receipt(*admitted, good, {}));
  int number = 0;
  for (const Change& change : changes) {
    Receipt bad = good;
    change.apply(bad);
    EXPECT_EQ(code_of(receipt::verify_receipt(*admitted, bad, {})), change.code) << number;
    ++number;
  }
  // What changes the transcript fails somewhere in the proof.
  const std::function<void(Receipt&)> silent[] = {
      [](Receipt& r) { r.header.time += 1; },
      [](Receipt& r) { r.header.context[0].text = "7782"; },
      [](Receipt& r) { r.values[0][3] ^= 1; },
      [](Receipt& r) { r.values[1][0] += 1; },
      [](Receipt& r) { r.proof[r.proof.size() / 2] ^= 1; },
  };
  for (const auto& apply : silent) {
    Receipt bad = good;
    apply(bad);
    EXPECT_FALSE(receipt::verify_receipt(*admitted, bad, {}));
  }
}

TEST_P(ProvingTest, AdmissionRefuses) {
  compile();
  const auto admit = [](PublicFile file) {
    const auto result = receipt::admit(std::move(file));
    return result ? Code::kUsage : result.error().code;
  };
  EXPECT_EQ(admit(file_), Code::kUsage);
  PublicFile bad = file_;
  bad.registration.reset();
  EXPECT_EQ(admit(bad), Code::kUnregistered);
  bad = file_;
  bad.epochs.push_back({1, bad.epochs[0].root, {}});
  EXPECT_EQ(admit(bad), Code::kUnregistered);
  bad = file_;
  bad.epochs[0].number = 1;
  EXPECT_EQ(admit(bad), Code::kWrongEpoch);
  bad = file_;
  bad.epochs.clear();
  EXPECT_EQ(admit(bad), Code::kWrongEpoch);
  bad = file_;
  bad.epochs[0].root.bytes[0] ^= 1;
  EXPECT_NE(admit(bad), Code::kUsage);
  bad = file_;
  bad.model.system.tensors[dense_.w].range.high = 8;
  EXPECT_EQ(admit(bad), Code::kBadInterval);
  bad = file_;
  bad.model.system.tensors[dense_.w].range = {-4, 3};  // another registration system
  EXPECT_NE(admit(bad), Code::kUsage);
  bad = file_;
  bad.model.inputs[0].axes = {{1}, {1}};
  EXPECT_EQ(admit(bad), Code::kBadStatement);
  bad = file_;
  bad.model.system.oracles[1].kind = OracleKind::kWeights;
  EXPECT_NE(admit(bad), Code::kUsage);
  bad = file_;
  bad.weights.log_domain += 1;
  EXPECT_EQ(admit(bad), Code::kBadParameters);
  bad = file_;
  bad.registration->proof.pop_back();
  EXPECT_EQ(admit(bad), Code::kTruncated);
  bad = file_;
  bad.model.system.lookups.clear();
  EXPECT_EQ(admit(bad), Code::kBadInterval);
}

// Whatever the bytes are, reading and admitting them ends in a result.
TEST_P(ProvingTest, SurvivesHostilePublicFiles) {
  compile();
  const Bytes good = receipt::encode(file_);
  std::mt19937_64 random(11);
  const size_t proof = receipt::encode(file_).size() - file_.registration->proof.size() - 40;
  for (int i = 0; i < 300; ++i) {
    Bytes bytes = good;
    for (uint64_t j = 0; j <= random() % 3; ++j) {
      const uint8_t values[] = {0, 1, 0x7F, 0x80, 0xFF, static_cast<uint8_t>(random())};
      bytes[16 + random() % (proof - 16)] = values[random() % 6];
    }
    const hash::Digest sum = hash::blake3(ByteView(bytes).first(bytes.size() - 32));
    std::copy(sum.bytes.begin(), sum.bytes.end(), bytes.end() - 32);
    auto parsed = receipt::parse_public_file(bytes);
    if (parsed && bytes != good) {
      const auto admitted = receipt::admit(std::move(*parsed));
      EXPECT_FALSE(admitted && admitted->model_id() == receipt::model_id(file_));
    }
  }
}

TEST_P(ProvingTest, SurvivesHostileReceipts) {
  compile();
  const auto admitted = receipt::admit(file_);
  ASSERT_TRUE(admitted);
  const Bytes good = receipt::encode(prove(input(3), {true, true}, {{"case", "7781"}}));
  std::mt19937_64 random(12);
  for (int i = 0; i < 300; ++i) {
    Bytes bytes = good;
    const size_t reach = i % 2 == 0 ? 400 : bytes.size();
    for (uint64_t j = 0; j <= random() % 3; ++j) bytes[random() % reach] ^= static_cast<uint8_t>(1 + random() % 255);
    if (bytes == good) continue;
    const auto parsed = receipt::parse_receipt(bytes);
    if (parsed) EXPECT_FALSE(receipt::verify_receipt(*admitted, *parsed, {}));
  }
}

// A weight outside its range has no registration, and none that is made for other weights fits.
TEST_P(ProvingTest, AWeightOutOfRangeIsNotRegistered) {
  for (const auto& [tensor, value] : {std::pair(dense_.w, int64_t{8}), std::pair(dense_.w, int64_t{-9}),
                                      std::pair(dense_.bias, int64_t{-1}), std::pair(dense_.bias, int64_t{1} << 20)}) {
    std::filesystem::remove(ledger_);
    compile();
    Weights bad = dense_.weights;
    bad[tensor][0] = value;
    const auto found = registration_case(file_, bad, 2);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code::kConstraintViolated);
    // The commitment holds the bad weight, the witness of the registration the good one.
    weights_.emplace(commit_weights(file_.model, file_.weights, bad, hash::Seed({3})));
    file_.epochs[0].root = weights_->root();
    std::filesystem::remove(ledger_);
    LedgerHeader header;
    header.model_id = receipt::model_id(file_);
    header.max_queries = file_.weights.max_queries;
    header.rows = uint64_t{1} << file_.weights.log_blinding;
    ASSERT_TRUE(create_ledger(ledger_, header));
    enroll(dense_.weights);
    EXPECT_FALSE(receipt::admit(file_));
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, ProvingTest, testing::Values(Profile::k100, Profile::k128),
                         [](const auto& info) { return info.param == Profile::k100 ? "k100" : "k128"; });

TEST(AttemptSeed, NeverRepeats) {
  const System system;
  const verifier::Parameters parameters;
  const verifier::Statement statement{system, parameters, {}, {}, {}};
  const hash::Seed secret({1});
  const auto one = attempt_seed(secret, {}, statement), two = attempt_seed(secret, {}, statement);
  ASSERT_TRUE(one && two);
  EXPECT_NE(one->expose(), two->expose());
}

}  // namespace
}  // namespace tacit::api
