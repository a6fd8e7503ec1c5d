// Committed data: used by several proofs, bound to their rows, counted by their ledger, refused when anything differs.

#include "tacit/api/data.h"

#include "tacit/api/dense_model_test.h"

namespace tacit::api {
namespace {

class DataTest : public testing::TestWithParam<Profile>, protected Compiled {
 protected:
  DataTest() : Compiled(GetParam()) {
    compile();
    admitted_ = receipt::admit(file_).value();
    data_.emplace(commit(data(9), "d"));
  }
  NewData commit(DataFile file, const std::string& name, uint64_t proofs = 4) {
    auto made = make_data(std::move(file), folder_ + "/" + name, proofs);
    EXPECT_TRUE(made) << made.error().message();
    return std::move(*made);
  }
  Claim run_of(uint32_t first, uint32_t samples, const NewData& data) const {
    Claim run{rows_of(data.file, first, samples), {std::vector{Exposure::kCommitted}, true}};
    run.data = &data;
    run.first = first;
    return run;
  }
  Code verdict(const Receipt& receipt, std::vector<receipt::PublicData> expected = {}) const {
    receipt::Expectations expectations;
    expectations.data = std::move(expected);
    const auto verdict = receipt::verify_receipt(admitted_, receipt, expectations);
    return verdict ? Code::kUsage : verdict.error().code;
  }

  receipt::Admitted admitted_;
  std::optional<NewData> data_;
};

TEST_P(DataTest, ServeManyReceiptsWithDifferentRows) {
  for (const auto& [first, samples] : {std::pair(0u, 1u), {0u, 9u}, {3u, 4u}, {8u, 1u}}) {
    const Receipt made = prove(run_of(first, samples, *data_));
    const auto again = receipt::parse_receipt(receipt::encode(made));
    ASSERT_TRUE(again) << again.error().message();
    EXPECT_EQ(*again, made);
    EXPECT_EQ(verdict(*again, {data_->file.open}), Code::kUsage);
    EXPECT_EQ(made.header.data[0].root, data_->file.open.root);
  }
  const LedgerState ledger = read_ledger(data_->ledger.path()).value();
  EXPECT_EQ(ledger.proofs, 4u);
  EXPECT_EQ(ledger.header.model_id, data_->id);
}

TEST_P(DataTest, AnOutputServesTheNextProof) {
  DataFile outputs{{file_.profile, {kOutputs}, 1, -4, file_.model.outputs[0].range, 2}, {}};
  const std::vector<int64_t> x = input(2);
  const auto system = receipt::unplaced_instance(file_.model, {false, false}, 2);
  outputs.values = run(*system, x).tensors[dense_.y];
  const NewData made = commit(outputs, "y");
  Claim first{x, {false, std::vector{Exposure::kCommitted}}};
  first.data = &made;
  EXPECT_EQ(verdict(prove(first), {made.file.open}), Code::kUsage);
  // One committed output differs from the model's: the statement is false.
  ++outputs.values[2];
  const NewData wrong = commit(outputs, "z");
  first.data = &wrong;
  first.prover = [&](const ProofJob& job) { return prove_seeded(job, 1); };
  first.is_true = false;
  EXPECT_NE(verdict(prove(first)), Code::kUsage);
}

TEST_P(DataTest, EverythingAboutThemIsBound) {
  const Receipt good = prove(run_of(3, 2, *data_));
  ASSERT_EQ(verdict(good), Code::kUsage);
  const NewData other = commit(data(9), "other");  // the same integers under another root
  const std::pair<Code, std::function<void(receipt::DataUse&)>> changes[] = {
      {Code::kGrinding, [](auto& use) { use.rows.first = 4; }},
      {Code::kGrinding, [](auto& use) { use.rows.samples = 8; }},
      {Code::kGrinding, [](auto& use) { use.rows.exponent += 1; }},
      {Code::kGrinding, [&](auto& use) { use.root = other.file.open.root; }},
      {Code::kWrongStatement, [](auto& use) { use.rows.exponent -= 2; }},
      {Code::kWrongStatement, [](auto& use) { use.rows.exponent += 100; }},
      {Code::kWrongStatement, [](auto& use) { use.rows.first = 8; }},
      {Code::kWrongStatement, [](auto& use) { use.rows.first = UINT32_MAX; }},
      {Code::kWrongStatement, [](auto& use) { use.rows.samples = 1; }},
      {Code::kWrongStatement, [](auto& use) { use.rows.samples = UINT32_MAX; }},
      {Code::kBadParameters, [](auto& use) { use.shape.log_rows += 1; }},
      {Code::kBadParameters, [](auto& use) { use.shape.log_blinding += 1; }},
      {Code::kBadParameters, [](auto& use) { use.shape.log_domain += 1; }},
  };
  int number = 0;
  for (const auto& [code, apply] : changes) {
    Receipt bad = good;
    apply(bad.header.data[0]);
    const Code met = verdict(bad);
    // The first check that another transcript meets; without work of its own that is an opened row.
    EXPECT_TRUE(met == code || (code == Code::kGrinding && met == Code::kMerklePath)) << number << code_name(met);
    ++number;
  }
  Receipt bad = good;
  bad.header.data.clear();
  EXPECT_EQ(verdict(bad), Code::kWrongStatement);
  bad = good;
  bad.header.exposures[0] = Exposure::kPrivate;
  EXPECT_EQ(verdict(bad), Code::kWrongStatement);
  bad = good;
  bad.header.exposures.pop_back();
  EXPECT_EQ(verdict(bad), Code::kWrongStatement);
}

TEST_P(DataTest, OtherDataThanExpectedAreRefused) {
  const Receipt good = prove(run_of(0, 2, *data_));
  const std::function<void(receipt::PublicData&)> changes[] = {
      [](auto& data) { data.root.bytes[0] ^= 1; }, [](auto& data) { data.samples += 1; },
      [](auto& data) { data.exponent += 1; },      [](auto& data) { data.shape = {kInputs + 1}; },
      [](auto& data) { data.code.log_rows += 1; }, [](auto& data) { data.code.log_blinding += 1; },
  };
  for (const auto& change : changes) {
    receipt::PublicData asked = data_->file.open;
    change(asked);
    EXPECT_EQ(verdict(good, {asked}), Code::kWrongData);
  }
  EXPECT_EQ(verdict(prove(rows_of(data_->file, 0, 2), {false, true}), {data_->file.open}), Code::kWrongData);
}

// The integers that the root binds are not those of the run.
TEST_P(DataTest, AnotherCellThanTheCommittedOneProvesNothing) {
  for (const size_t cell : {size_t{0}, size_t{3 * kInputs}, size_t{4 * kInputs - 1}}) {
    Claim run = run_of(3, 1, *data_);
    run.prover = [&](const ProofJob& job) -> Result<Proof> {
      DataFile lie = data_->file;
      lie.values[cell] += 1;
      const WeightMatrix matrix = commit_data(lie, read_ledger(data_->ledger.path())->header.weights_seed());
      EXPECT_NE(matrix.root(), data_->file.open.root);
      ProofJob bad = job;
      bad.fixed.back() = &matrix;
      return prove_seeded(bad, 3);
    };
    EXPECT_NE(verdict(prove(run)), Code::kUsage);
  }
}

TEST_P(DataTest, TheirBudgetIsTheirOwn) {
  const NewData few = commit(data(2), "few", 1);
  const uint64_t before = read_ledger(ledger_)->records;
  std::optional<Error> refusal;
  uint64_t made = 0;
  Claim run = run_of(0, 1, few);
  run.prover = [&](const ProofJob& job) -> Result<Proof> {
    while (made < 300) {
      // Only the counting matters here.
      const auto left = read_ledger(few.ledger.path());
      EXPECT_TRUE(left);
      const auto spent = spend(few.ledger.path(), few.header, few.file.open.max_queries, Spending::kProof);
      if (!spent) break;
      ++made;
    }
    auto proof = prove_with_ledger(job);
    EXPECT_FALSE(proof);
    if (!proof) refusal = proof.error();
    return Proof{};
  };
  (void)prove(run);
  EXPECT_GE(made, few.header.budget());
  ASSERT_TRUE(refusal);
  EXPECT_EQ(refusal->code, Code::kBudgetSpent);
  EXPECT_NE(refusal->hint.find("commit-data"), std::string::npos);
  EXPECT_EQ(read_ledger(ledger_)->records, before) << "the model's ledger pays nothing for it";
}

INSTANTIATE_TEST_SUITE_P(Profiles, DataTest, testing::Values(Profile::k100, Profile::k128),
                         [](const auto& info) { return info.param == Profile::k100 ? "k100" : "k128"; });

TEST(DataFiles, ReadBackAndRefuseWhatIsDamaged) {
  const std::string path = testing::TempDir() + "data_file_" + std::to_string(::getpid());
  DataFile file{{Profile::k100, {2, 3}, 1, -7, {-128, 127}, 2, {4, 5, 8}, 20, {}}, {}};
  for (int64_t i = 0; i < 12; ++i) file.values.push_back(10 * i - 50);
  const auto write = [&](const Bytes& bytes) {
    EXPECT_TRUE(write_file(path, bytes, Access::kPrivate, Overwrite::kYes));
    return read_data_file(path);
  };
  const Bytes good = encode(file);
  const auto again = write(good);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->open, file.open);
  EXPECT_EQ(again->values, file.values);
  for (size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= 4;
    EXPECT_FALSE(write(bad)) << at;
  }
  file.values.pop_back();
  EXPECT_EQ(write(encode(file)).error().code, Code::kNonCanonical);
  ::unlink(path.c_str());

  const Bytes open = receipt::encode(file.open);
  ASSERT_EQ(*receipt::parse_public_data(open), file.open);
  for (size_t at = 0; at < open.size(); ++at) {
    Bytes bad = open;
    bad[at] ^= 4;
    EXPECT_EQ(receipt::parse_public_data(bad).error().code, at < 14   ? Code::kBadMagic
                                                            : at < 16 ? Code::kBadVersion
                                                                      : Code::kBadChecksum)
        << at;
    EXPECT_FALSE(receipt::parse_public_data(ByteView(open).first(at)));
  }
  receipt::PublicData bad = file.open;
  bad.samples = 0;
  EXPECT_EQ(receipt::parse_public_data(receipt::encode(bad)).error().code, Code::kNonCanonical);
  bad = file.open;
  bad.shape = {0};
  EXPECT_EQ(receipt::parse_public_data(receipt::encode(bad)).error().code, Code::kTooLarge);
  bad.shape = {1u << 20, 1u << 20};
  EXPECT_EQ(receipt::parse_public_data(receipt::encode(bad)).error().code, Code::kTooLarge);
}

}  // namespace
}  // namespace tacit::api
