#include "tacit/api/ledger.h"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "tacit/api/files.h"

namespace tacit::api {
namespace {

constexpr size_t kHeaderBytes = 160;

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() {
    folder_ = testing::TempDir() + "ledger_test_" + std::to_string(::getpid());
    std::filesystem::create_directories(folder_);
    path_ = folder_ + "/x.ledger";
    header_.model_id.bytes[0] = 7;
    header_.max_queries = 100;
    header_.rows = 512;
    header_.seed.expose()[3] = 9;
  }
  ~LedgerTest() override { std::filesystem::remove_all(folder_); }

  void create() { ASSERT_TRUE(create_ledger(path_, header_)); }
  Result<LedgerState> prove(uint32_t rows = 100) { return spend(path_, header_, rows, Spending::kProof); }
  void rewrite(ByteView bytes) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  void append(const std::string& bytes) { std::ofstream(path_, std::ios::app | std::ios::binary) << bytes; }

  std::string folder_, path_;
  LedgerHeader header_;
};

TEST_F(LedgerTest, CountsAndRefusesWhenSpent) {
  create();
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_EQ(header_.budget(), 3u);
  ASSERT_TRUE(spend(path_, header_, 90, Spending::kRegistration));
  for (uint64_t i = 0; i < 3; ++i) {
    const auto state = prove();
    ASSERT_TRUE(state) << state.error().message();
    EXPECT_EQ(state->records, i + 2);
    EXPECT_EQ(state->proofs, i + 1);
    EXPECT_EQ(state->spent, 190 + 100 * i);
    EXPECT_EQ(state->header.seed.expose(), header_.seed.expose());
  }
  EXPECT_EQ(read_ledger(path_)->proofs_left(), 0u);
  EXPECT_EQ(prove().error().code, Code::kBudgetSpent);
  EXPECT_EQ(prove(23).error().code, Code::kBudgetSpent);
  EXPECT_TRUE(prove(22));  // 90 + 300 + 22 + 100 kept back = 512
  EXPECT_EQ(prove(1).error().code, Code::kBudgetSpent);
}

TEST_F(LedgerTest, RefusesMoreRowsThanAProofHas) {
  create();
  EXPECT_EQ(prove(101).error().code, Code::kBudgetSpent);
  EXPECT_EQ(prove(0).error().code, Code::kBudgetSpent);
}

TEST_F(LedgerTest, BelongsToOneModel) {
  create();
  LedgerHeader other = header_;
  other.model_id.bytes[0] ^= 1;
  EXPECT_EQ(spend(path_, other, 1, Spending::kProof).error().code, Code::kBadLedger);
  EXPECT_EQ(read_ledger(path_)->records, 0u);
}

// A process that read the ledger before another one began the next epoch must read it again.
TEST_F(LedgerTest, BelongsToOneEpoch) {
  create();
  LedgerHeader other = header_;
  other.epoch = 1;
  EXPECT_EQ(spend(path_, other, 1, Spending::kProof).error().code, Code::kWrongEpoch);
  other = header_;
  other.root.bytes[31] ^= 1;
  EXPECT_EQ(spend(path_, other, 1, Spending::kProof).error().code, Code::kWrongEpoch);
  EXPECT_EQ(read_ledger(path_)->records, 0u);
}

TEST_F(LedgerTest, IsNotOverwritten) {
  create();
  EXPECT_EQ(create_ledger(path_, header_).error().code, Code::kExists);
}

TEST_F(LedgerTest, ATornTailCountsAsAProof) {
  for (const size_t torn : {1u, 16u, 31u}) {
    create();
    ASSERT_TRUE(prove(50));
    append(std::string(torn, 'x'));
    EXPECT_EQ(read_ledger(path_)->spent, 150u);
    EXPECT_EQ(read_ledger(path_)->proofs, 2u);
    const auto state = prove(60);
    ASSERT_TRUE(state) << state.error().message();
    EXPECT_EQ(state->records, 3u);
    EXPECT_EQ(read_ledger(path_)->records, 3u);
    EXPECT_EQ(read_ledger(path_)->spent, 210u);
    std::filesystem::remove(path_);
  }
}

// No changed byte is taken for less than what was spent.
TEST_F(LedgerTest, DamageNeverRefunds) {
  create();
  ASSERT_TRUE(prove(100));
  ASSERT_TRUE(prove(10));
  const Bytes good = *read_file(path_, 1 << 20);
  for (size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= 0x11;
    rewrite(bad);
    const auto state = read_ledger(path_);
    if (at >= kHeaderBytes) {
      ASSERT_TRUE(state) << at;
      EXPECT_GE(state->spent, 110u) << at;
    } else {
      ASSERT_FALSE(state) << at;
      EXPECT_EQ(state.error().code, at < 14 ? Code::kBadMagic : at < 16 ? Code::kBadVersion : Code::kBadLedger) << at;
    }
  }
  for (size_t size = 0; size < kHeaderBytes; ++size) {
    rewrite(ByteView(good).first(size));
    EXPECT_FALSE(read_ledger(path_)) << size;
  }
  // A record that is taken out of the middle shows in the next one's serial.
  Bytes cut = good;
  cut.erase(cut.begin() + kHeaderBytes, cut.begin() + kHeaderBytes + 32);
  rewrite(cut);
  EXPECT_EQ(read_ledger(path_).error().code, Code::kBadLedger);
}

TEST_F(LedgerTest, MustBePrivate) {
  create();
  std::filesystem::permissions(path_, std::filesystem::perms(0640));
  EXPECT_EQ(read_ledger(path_).error().code, Code::kEnvironment);
  EXPECT_EQ(prove().error().code, Code::kEnvironment);
}

TEST_F(LedgerTest, ConcurrentSpendersGetDifferentSerials) {
  header_.rows = 1 << 14;
  create();
  constexpr int kThreads = 4, kEach = 25;
  std::vector<std::vector<uint64_t>> serials(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i)
        if (const auto state = prove(); state) serials[static_cast<size_t>(t)].push_back(state->records - 1);
    });
  for (std::thread& thread : threads) thread.join();
  std::vector<uint64_t> all;
  for (const auto& list : serials) all.insert(all.end(), list.begin(), list.end());
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), size_t{kThreads * kEach});
  for (size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i], i);
}

}  // namespace
}  // namespace tacit::api
