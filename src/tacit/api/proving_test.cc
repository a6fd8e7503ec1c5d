// A model made by hand: committed, registered, admitted; receipts of it, good and bad.

#include "tacit/api/proving.h"

#include "tacit/api/dense_model_test.h"
#include "tacit/api/files.h"
#include "tacit/api/keys.h"
#include "tacit/hash/blake3.h"
#include "tacit/receipt/handover.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"

namespace tacit::api {
namespace {

class ProvingTest : public testing::TestWithParam<Profile>, protected Compiled {
 protected:
  ProvingTest() : Compiled(GetParam()) {}
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
    for (const Visibility& visibility : {Visibility{false, true}, {true, true}, {true, false}, {false, false}}) {
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
      {Code::kWrongStatement, [](Receipt& r) { r.header.exposures[0] = Exposure::kPrivate; }},
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

// `instantiate` gives a batched axis the number of samples: a template must not say otherwise.
TEST_P(ProvingTest, AdmissionRefusesTemplatesForSeveralSamples) {
  compile();
  const std::function<void(System&)> changes[] = {
      [&](System& s) { s.tensors[dense_.x].space.axes[0].length = 2; },
      [&](System& s) {
        s.tensors[dense_.y].space.axes[0] = {4, 2, true};
      },
      [](System& s) { s.contractions[0].labels.axes[0].length = 2; },
      [](System& s) { s.lookups[0].labels.axes[0].length = 3; },
      [](System& s) { s.identities[0].labels.axes[0].length = 2; },
      [](System& s) {
        s.publics.push_back({PublicKind::kConstant, {{{2, 0, true}}}, {0, 1}, {0, 1}});
      },
  };
  for (const auto& change : changes) {
    PublicFile bad = file_;
    change(bad.model.system);
    const auto admitted = receipt::admit(bad);
    ASSERT_FALSE(admitted);
    EXPECT_EQ(admitted.error().code, Code::kBadStatement);
    EXPECT_NE(admitted.error().hint.find("samples"), std::string::npos) << admitted.error().message();
  }
}

// A port of cells that nothing else reads has no range of its own, so committed data could be anything there.
TEST_P(ProvingTest, AdmissionRefusesPortsWithoutARange) {
  compile();
  PublicFile bad = file_;
  System& system = bad.model.system;
  const auto extra = static_cast<TensorId>(system.tensors.size());
  system.tensors.push_back({1, {{batch_axis(), whole_axis(2)}}, 0, {0, 255}});
  Port port = bad.model.inputs[0];
  port.name = "loose";
  port.shape = {1, 2};
  port.labels = system.tensors[extra].space;
  port.view = direct(Source::kTensor, extra, 2);
  bad.model.inputs.push_back(port);
  const auto admitted = receipt::admit(bad);
  ASSERT_FALSE(admitted);
  EXPECT_EQ(admitted.error().code, Code::kBadInterval);
  EXPECT_EQ(admitted.error().index, extra);
}

// Whatever the bytes are, reading and admitting them ends in a result.
TEST_P(ProvingTest, SurvivesHostilePublicFiles) {
  compile();
  const WeightMatrix older = std::move(*weights_);
  begin(1, dense_.weights);
  hand_over(older, dense_.weights);
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
    if (parsed) {
      EXPECT_FALSE(receipt::verify_receipt(*admitted, *parsed, {}));
    }
  }
}

// A weight outside its range has no registration, and none that is made for other weights fits.
TEST_P(ProvingTest, AWeightOutOfRangeIsNotRegistered) {
  for (const auto& [tensor, value] : {std::pair(dense_.w, int64_t{8}), std::pair(dense_.w, int64_t{-9}),
                                      std::pair(dense_.bias, int64_t{-1}), std::pair(dense_.bias, int64_t{1} << 20)}) {
    compile();
    Weights bad = dense_.weights;
    bad[tensor][0] = value;
    const auto found = registration_case(file_, bad, 2);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, Code::kConstraintViolated);
    // The commitment holds the bad weight, the witness of the registration the good one.
    begin(0, bad);
    enroll(dense_.weights);
    EXPECT_FALSE(receipt::admit(file_));
  }
}

// Three epochs: receipts of each are valid under the newest file, and those of the first ones under older copies.
TEST_P(ProvingTest, EpochsFollowEachOther) {
  compile();
  std::vector<PublicFile> copies{file_};
  std::vector<Receipt> receipts{prove(input(1), {false, true})};
  const hash::Digest id = receipt::model_id(file_);
  for (uint32_t number = 1; number <= 2; ++number) {
    const WeightMatrix older = std::move(*weights_);
    begin(number, dense_.weights);
    hand_over(older, dense_.weights);
    EXPECT_EQ(receipt::model_id(file_), id);
    const auto parsed = receipt::parse_public_file(receipt::encode(file_));
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(*parsed, file_);
    copies.push_back(file_);
    receipts.push_back(prove(input(1), {false, true}));
  }
  for (size_t copy = 0; copy < copies.size(); ++copy) {
    const auto admitted = receipt::admit(copies[copy]);
    ASSERT_TRUE(admitted) << admitted.error().message();
    for (size_t epoch = 0; epoch < receipts.size(); ++epoch) {
      const auto verdict = receipt::verify_receipt(*admitted, receipts[epoch], {});
      EXPECT_EQ(code_of(verdict), epoch <= copy ? Code::kUsage : Code::kWrongEpoch);
      if (epoch > copy) {
        EXPECT_NE(verdict.error().hint.find("newest public file"), std::string::npos);
      }
      const receipt::Expectations newest{.min_epoch = 2};
      if (copy == 2) {
        EXPECT_EQ(code_of(receipt::verify_receipt(*admitted, receipts[epoch], newest)),
                  epoch == 2 ? Code::kUsage : Code::kStaleEpoch);
      }
    }
    // A receipt belongs to its epoch's root.
    if (copy > 0) {
      Receipt moved = receipts[0];
      moved.header.epoch = 1;
      EXPECT_FALSE(receipt::verify_receipt(*admitted, moved, {}));
    }
  }
}

TEST_P(ProvingTest, AdmissionVerifiesTheWholeChain) {
  compile();
  for (uint32_t number = 1; number <= 2; ++number) {
    const WeightMatrix older = std::move(*weights_);
    begin(number, dense_.weights);
    hand_over(older, dense_.weights);
  }
  const auto admit = [](PublicFile file) {
    const auto result = receipt::admit(std::move(file));
    return result ? Code::kUsage : result.error().code;
  };
  EXPECT_EQ(admit(file_), Code::kUsage);
  // Any change to what a statement absorbs changes the challenges: the first proof of work doesn't fit.
  PublicFile bad = file_;
  bad.epochs[1].handover.reset();
  EXPECT_EQ(admit(bad), Code::kUnregistered);
  bad = file_;
  std::swap(bad.epochs[1], bad.epochs[2]);
  EXPECT_EQ(admit(bad), Code::kWrongEpoch);
  std::swap(bad.epochs[1].number, bad.epochs[2].number);  // in order by number, out of order by root
  EXPECT_EQ(admit(bad), Code::kGrinding);
  bad = file_;
  bad.epochs.erase(bad.epochs.begin() + 1);
  EXPECT_EQ(admit(bad), Code::kWrongEpoch);
  bad.epochs[1].number = 1;  // a handover of another pair
  EXPECT_EQ(admit(bad), Code::kGrinding);
  bad = file_;
  bad.epochs[2].handover = bad.epochs[1].handover;  // replayed
  EXPECT_EQ(admit(bad), Code::kGrinding);
  bad = file_;
  bad.epochs[2].root = bad.epochs[1].root;
  EXPECT_EQ(admit(bad), Code::kGrinding);
  bad = file_;
  bad.epochs[2].root.bytes[7] ^= 1;
  EXPECT_EQ(admit(bad), Code::kGrinding);
  bad = file_;
  std::swap(bad.epochs[1].root, bad.epochs[2].root);
  EXPECT_EQ(admit(bad), Code::kGrinding);
  bad = file_;
  bad.epochs[0].handover = bad.epochs[1].handover;
  EXPECT_EQ(admit(bad), Code::kNonCanonical);
  bad = file_;
  bad.epochs[1].handover = bad.registration;
  EXPECT_EQ(admit(bad), Code::kBadParameters);
  bad = file_;
  bad.epochs[2].handover->parameters.stacks[0].queries -= 1;
  EXPECT_EQ(admit(bad), Code::kInsecureParameters);
  bad = file_;
  for (verifier::Stack& stack : bad.epochs[2].handover->parameters.stacks) stack.log_domain += 1;
  EXPECT_EQ(admit(bad), Code::kBadParameters);
  for (const receipt::WeightProof& proof : {*file_.epochs[1].handover, *file_.epochs[2].handover})
    for (const OracleId oracle : {receipt::kWeightOracle, receipt::kNewerWeights}) {
      bad = file_;
      bad.epochs[2].handover = proof;  // one commitment, opened with a narrower code
      for (verifier::Stack& stack : bad.epochs[2].handover->parameters.stacks)
        for (size_t i = 0; i < stack.oracles.size(); ++i) stack.log_blinding[i] -= stack.oracles[i] == oracle;
      const auto refused = receipt::admit(bad);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, Code::kBadParameters);
      EXPECT_EQ(refused.error().index, oracle);
    }
  bad = file_;
  bad.epochs[2].handover->proof.push_back(0);
  EXPECT_EQ(admit(bad), Code::kTrailingBytes);
}

// The new commitment holds another weight; the witness of the handover is either side's.
TEST_P(ProvingTest, AHandoverToOtherWeightsIsRefused) {
  for (const TensorId tensor : {dense_.w, dense_.bias})
    for (const bool witness_is_new : {false, true}) {
      compile();
      Weights other = dense_.weights;
      other[tensor].back() ^= 1;
      const WeightMatrix older = std::move(*weights_);
      begin(1, other);
      hand_over(older, witness_is_new ? other : dense_.weights);
      const auto admitted = receipt::admit(file_);
      ASSERT_FALSE(admitted);
      EXPECT_EQ(admitted.error().code, Code::kFinalCheck) << admitted.error().message();
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
