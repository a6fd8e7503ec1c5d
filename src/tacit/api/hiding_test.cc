// What weights, inputs and data may change: nothing that anybody sees but roots, ids and the bytes of proofs. No length
// depends on them, and no allocation does.
//
// Openings leave out Merkle siblings that the verifier computes itself, as many as the positions decide, which are drawn.
// So lengths are compared under coins that draw the same for all, and for real proofs without their siblings.

#include <atomic>
#include <cstdlib>
#include <map>
#include <new>

#include "tacit/api/dense_model_test.h"
#include "tacit/parallel/parallel.h"

namespace {

std::atomic<uint64_t> allocated_bytes{0};
std::atomic<uint64_t> allocations{0};

}  // namespace

[[gnu::noinline]] void* operator new(size_t n) {
  allocated_bytes += n;
  ++allocations;
  if (void* p = std::malloc(n)) return p;
  std::abort();
}
[[gnu::noinline]] void* operator new(size_t n, const std::nothrow_t&) noexcept { return operator new(n); }
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, size_t) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, const std::nothrow_t&) noexcept { std::free(p); }

namespace tacit::api {
namespace {

// Challenges from a seed alone, whatever is absorbed.
class FixedCoins final : public verifier::Coins {
 public:
  void absorb(transcript::Label, ByteView) override {}
  void chain(uint64_t) override {}
  void open(transcript::Label) override { prg_.emplace(hash::Seed({9}), std::to_string(draws_++)); }
  uint64_t next_word() override { return prg_->next_word(); }
  uint64_t work(transcript::Label, uint32_t) override { return 0; }
  bool check_work(transcript::Label, uint64_t, uint32_t) override { return true; }

 private:
  uint64_t draws_ = 0;
  std::optional<hash::Prg> prg_;
};

std::vector<std::pair<std::string, size_t>> fields_of(const verifier::Statement& statement, ByteView proof,
                                                      verifier::Coins& coins) {
  std::vector<verifier::Field> fields;
  const Status verdict = verifier::verify<field::Goldilocks2>(statement, proof, coins, &fields);
  EXPECT_TRUE(verdict) << verdict.error().message();
  std::vector<std::pair<std::string, size_t>> out;
  for (const verifier::Field& field : fields) out.emplace_back(field.name, field.bytes);
  return out;
}

size_t without_siblings(const std::vector<std::pair<std::string, size_t>>& fields) {
  size_t sum = 0;
  for (const auto& [name, bytes] : fields) sum += name == "sibling" ? 0 : bytes;
  return sum;
}

struct Seen {
  std::vector<std::pair<std::string, size_t>> fields;  // of the proof under fixed coins
  uint64_t bytes = 0, calls = 0;                       // allocated while proving
  size_t real_size = 0;                                // of a receipt's file, without siblings
  bool operator==(const Seen&) const = default;
};

Seen look(Compiled& model, Compiled::Claim run) {
  Seen out;
  run.prover = [&](const ProofJob& job) -> Result<Proof> {
    FixedCoins coins, same;
    const uint64_t bytes = allocated_bytes, calls = allocations;
    TACIT_ASSIGN(Proof proof, prove_with(job, 1, coins));
    out.bytes = allocated_bytes - bytes;
    out.calls = allocations - calls;
    out.fields = fields_of(job.statement, proof.bytes, same);
    TACIT_ASSIGN(Proof real, prove_seeded(job, 2));
    verifier::FiatShamirCoins real_coins(verifier::kProtocolName);
    out.real_size = without_siblings(fields_of(job.statement, real.bytes, real_coins));
    return proof;
  };
  const Receipt made = model.prove(run);
  out.real_size += receipt::encode(made).size() - made.proof.size();
  return out;
}

class HidingTest : public testing::Test {
 protected:
  HidingTest() { parallel::set_threads(1); }
  ~HidingTest() override { parallel::set_threads(0); }
};

TEST_F(HidingTest, WeightsChangeNothingInAPublicFileButRootsIdsAndProofs) {
  Compiled one(Profile::k100, 5), two(Profile::k100, 6);
  one.compile(), two.compile();
  ASSERT_NE(one.dense_.weights, two.dense_.weights);
  PublicFile a = one.file_, b = two.file_;
  EXPECT_NE(receipt::model_id(a), receipt::model_id(b));
  EXPECT_EQ(receipt::model_digest(a.model), receipt::model_digest(b.model));
  size_t sizes[2];
  for (PublicFile* file : {&a, &b}) {
    const auto derived = receipt::registration_system(file->model).value();
    const auto system = receipt::placed(derived.system, file->registration->parameters).value();
    const auto statement = receipt::registration_statement(*file, system, file->registration->parameters);
    verifier::FiatShamirCoins coins(verifier::kProtocolName);
    sizes[file == &b] = without_siblings(fields_of(statement, file->registration->proof, coins));
    file->epochs[0].root = {};
    file->registration->proof.clear();
  }
  EXPECT_EQ(sizes[0], sizes[1]);
  EXPECT_EQ(receipt::encode(a), receipt::encode(b));
}

TEST_F(HidingTest, HiddenValuesChangeNoLengthAndNoAllocation) {
  Compiled one(Profile::k100, 5), two(Profile::k100, 6);
  one.compile(), two.compile();
  const Visibility hidden{false, false};
  std::vector<int64_t> zeros(2 * kInputs, 0), largest(2 * kInputs, 255);
  const Seen seen = look(one, {zeros, hidden});
  EXPECT_GT(seen.bytes, 1u << 16);
  EXPECT_EQ(seen, look(one, {largest, hidden}));
  EXPECT_EQ(seen, look(one, {Compiled::input(2), hidden}));
  EXPECT_EQ(seen, look(two, {Compiled::input(2), hidden}));
}

TEST_F(HidingTest, CommittedDataChangeNoLengthAndNoAllocation) {
  Compiled model(Profile::k100);
  model.compile();
  DataFile zeros = model.data(9), others = model.data(9);
  for (int64_t& v : zeros.values) v = 0;
  std::map<uint32_t, Seen> first;  // by row, which is public
  for (const DataFile& file : {zeros, others}) {
    auto data = make_data(file, model.folder_ + "/d", 4);
    ASSERT_TRUE(data) << data.error().message();
    for (const uint32_t row : {0u, 7u}) {
      Compiled::Claim run{Compiled::rows_of(file, row, 2), {std::vector{Exposure::kCommitted}, false}};
      run.data = &*data;
      run.first = row;
      const Seen seen = look(model, run);
      EXPECT_EQ(first.try_emplace(row, seen).first->second, seen) << row;
    }
  }
}

}  // namespace
}  // namespace tacit::api
