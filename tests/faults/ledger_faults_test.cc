// What a ledger says after its process died, or a call failed, anywhere in a spending.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "faults/kill_at.h"
#include "tacit/api/files.h"
#include "tacit/api/ledger.h"

namespace tacit::faults {
namespace {

using namespace api;

constexpr size_t kRecordBytes = 32;

class LedgerFaults : public testing::Test {
 protected:
  LedgerFaults() {
    folder_ = testing::TempDir() + "ledger_faults_" + std::to_string(::getpid());
    std::filesystem::create_directories(folder_);
    path_ = folder_ + "/x.ledger";
    header_.max_queries = 10;
    header_.rows = 1 << 20;
  }
  ~LedgerFaults() override { std::filesystem::remove_all(folder_); }

  void create() {
    std::filesystem::remove(path_);
    ASSERT_TRUE(create_ledger(path_, header_));
  }
  Result<LedgerState> spend_one(uint32_t rows = 10) const { return spend(path_, header_, rows, Spending::kProof); }
  // Spends, then reports the serial through a pipe: what the process would derive a seed from.
  int spend_and_report() const {
    const auto state = spend_one();
    if (!state) return 1;
    const uint64_t serial = state->records - 1;
    return ::write(STDERR_FILENO + 100, &serial, sizeof serial) == sizeof serial ? 0 : 2;
  }
  Outcome spend_in_child(size_t n, Fault fault, std::set<uint64_t>& serials) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    EXPECT_GE(::dup2(ends[1], STDERR_FILENO + 100), 0);
    ::close(ends[1]);
    const Outcome outcome =
        run([](void* self) { return static_cast<LedgerFaults*>(self)->spend_and_report(); }, this, n, fault);
    ::close(STDERR_FILENO + 100);
    uint64_t serial = 0;
    if (::read(ends[0], &serial, sizeof serial) == sizeof serial) {
      EXPECT_TRUE(serials.insert(serial).second);
    }
    ::close(ends[0]);
    return outcome;
  }

  // For every call of a spending: no record is lost, no serial comes back, the next spending works.
  void at_every_call(Fault fault) {
    if (!supported(fault)) GTEST_SKIP() << "this machine can't stop a process at its calls";
    create();
    std::set<uint64_t> serials;
    uint64_t spent = 0;
    size_t n = 1;
    for (bool reached = true; reached; ++n) {
      const Outcome outcome = spend_in_child(n, fault, serials);
      reached = outcome.reached;
      const auto after = read_ledger(path_);
      ASSERT_TRUE(after) << n << outcome.call;
      EXPECT_GE(after->spent, spent);
      EXPECT_LE(after->spent, spent + 10);
      const auto next = spend_one();
      ASSERT_TRUE(next) << n << outcome.call << next.error().message();
      EXPECT_EQ(next->records, after->records + 1);
      EXPECT_TRUE(serials.insert(next->records - 1).second);
      EXPECT_EQ(next->spent, after->spent + 10);
      spent = next->spent;
    }
    EXPECT_GE(n, 6u);  // open, lock, write, sync, unlock
    EXPECT_EQ(read_ledger(path_)->spent % 10, 0u);
  }

  std::string folder_, path_;
  LedgerHeader header_;
};

TEST_F(LedgerFaults, KilledAtEveryCall) { at_every_call(Fault::kKill); }
TEST_F(LedgerFaults, FailingAtEveryCall) { at_every_call(Fault::kFail); }

// A disk that is full after k bytes of a record.
TEST_F(LedgerFaults, FullDisk) {
  create();
  ASSERT_TRUE(spend_one());
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  std::set<uint64_t> serials{0};
  for (size_t room = 0; room < kRecordBytes; ++room) {
    const auto before = read_ledger(path_);
    rlimit limit = old;
    limit.rlim_cur = std::filesystem::file_size(path_) + room;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    const auto full = spend_one();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, Code::kIo);
    const auto after = read_ledger(path_);
    ASSERT_TRUE(after);
    EXPECT_EQ(after->spent, before->spent + (room == 0 ? 0 : 10));  // torn: spent
    const auto next = spend_one();
    ASSERT_TRUE(next) << next.error().message();
    EXPECT_EQ(next->spent, after->spent + 10);
    EXPECT_TRUE(serials.insert(next->records - 1).second);
  }
}

TEST_F(LedgerFaults, ReadOnly) {
  create();
  ASSERT_EQ(::chmod(path_.c_str(), 0400), 0);
  const bool is_root = ::geteuid() == 0;
  if (is_root) {  // whom permissions don't stop
    constexpr uid_t kNobody = 65534;
    ASSERT_EQ(::chown(path_.c_str(), kNobody, kNobody), 0);
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  const auto state = spend_one();
  const auto seen = read_ledger(path_);
  if (is_root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, Code::kIo);
  EXPECT_TRUE(seen);
}

// Copies, links and moves. What the file system can't tell apart isn't tested: see docs/zero_knowledge.md.
TEST_F(LedgerFaults, CopiesAreRefused) {
  create();
  ASSERT_TRUE(spend_one());
  const Bytes bytes = *read_file(path_, 1 << 20);
  constexpr size_t kBirth = 16 + 32 + 4 + 4 + 8 + 32 + 8;
  if (std::all_of(bytes.begin() + kBirth, bytes.begin() + kBirth + 8, [](uint8_t b) { return b == 0; }))
    GTEST_SKIP() << "this file system reports no time of birth, so copies can't be told";
  const std::string other = folder_ + "/y.ledger";
  std::filesystem::copy(path_, other);
  EXPECT_EQ(spend(other, header_, 1, Spending::kProof).error().code, Code::kBadLedger);
  EXPECT_EQ(read_ledger(other).error().code, Code::kBadLedger);
  // Restored: removed and written again.
  std::filesystem::remove(path_);
  std::filesystem::copy(other, path_);
  EXPECT_EQ(spend_one().error().code, Code::kBadLedger);
  std::filesystem::remove(other);
  create();
  std::filesystem::rename(path_, other);
  EXPECT_TRUE(spend(other, header_, 1, Spending::kProof));
  std::filesystem::create_symlink(other, path_);
  EXPECT_EQ(spend_one()->records, 2u);
}

TEST_F(LedgerFaults, ChildrenSpendApart) {
  create();
  constexpr int kChildren = 6, kEach = 20;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  for (int child = 0; child < kChildren; ++child) {
    if (::fork() != 0) continue;
    for (int i = 0; i < kEach; ++i) {
      const auto state = spend_one();
      const uint64_t serial = state ? state->records - 1 : ~uint64_t{0};
      if (::write(ends[1], &serial, sizeof serial) != sizeof serial) ::_exit(1);
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  std::set<uint64_t> serials;
  for (uint64_t serial = 0; ::read(ends[0], &serial, sizeof serial) == sizeof serial;)
    EXPECT_TRUE(serials.insert(serial).second);
  ::close(ends[0]);
  while (::wait(nullptr) > 0) {
  }
  EXPECT_EQ(serials.size(), size_t{kChildren * kEach});
  EXPECT_EQ(*serials.rbegin(), size_t{kChildren * kEach - 1});
}

// A child that inherits the open file doesn't keep the lock.
TEST_F(LedgerFaults, AChildDoesNotKeepTheLock) {
  create();
  pid_t child = 0;
  {
    const auto held = LockedLedger::open(path_);
    ASSERT_TRUE(held);
    child = ::fork();
    if (child == 0) {
      ::pause();
      ::_exit(0);
    }
  }
  const auto taken = LockedLedger::take(path_);  // at once
  EXPECT_TRUE(taken);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

// The lock of a process dies with it.
TEST_F(LedgerFaults, TheDeadDoNotKeepTheLock) {
  create();
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = LockedLedger::open(path_);
    if (::write(ends[1], "x", 1) != 1) ::_exit(1);
    ::pause();
  }
  char ready = 0;
  ASSERT_EQ(::read(ends[0], &ready, 1), 1);
  EXPECT_EQ(LockedLedger::take(path_).error().code, Code::kLocked);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(spend_one());
  ::close(ends[0]), ::close(ends[1]);
}

// Whoever waited for a ledger that was replaced meanwhile looks at the new one.
TEST_F(LedgerFaults, AWaiterSeesTheNextEpoch) {
  create();
  Result<LedgerState> waited = fail(Code::kUsage, "");
  std::thread waiter;
  {
    const auto held = LockedLedger::open(path_);
    ASSERT_TRUE(held);
    waiter = std::thread([&] { waited = spend_one(); });
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    LedgerHeader next = header_;
    next.epoch = 1;
    ASSERT_TRUE(create_ledger(path_ + ".next", next));
    ASSERT_TRUE(move_file(path_ + ".next", path_, Overwrite::kYes));
  }
  waiter.join();
  EXPECT_EQ(waited.error().code, Code::kWrongEpoch);
  EXPECT_EQ(read_ledger(path_)->records, 0u);
}

}  // namespace
}  // namespace tacit::faults
