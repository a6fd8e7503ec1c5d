#include "tacit/api/ledger.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "tacit/api/files.h"
#include "tacit/base/check.h"
#include "tacit/hash/blake3.h"
#include "tacit/receipt/public_file.h"

namespace tacit::api {
namespace {

constexpr std::string_view kMagic = "tacit ledger v1\n";
constexpr size_t kChecksumBytes = 16;
constexpr size_t kHeaderBytes = 16 + 32 + 4 + 4 + 8 + 32 + 8 + 8 + 32 + kChecksumBytes;
constexpr size_t kRecordBytes = 16 + kChecksumBytes;
constexpr size_t kMaxLedger = size_t{1} << 30;
constexpr auto kPatience = std::chrono::seconds(10);

// Bytes that hold the seed.
struct SecretBytes {
  Bytes bytes;
  SecretBytes() = default;
  explicit SecretBytes(Bytes b) : bytes(std::move(b)) {}
  SecretBytes(SecretBytes&&) = default;
  ~SecretBytes() { secure_wipe(bytes.data(), bytes.size()); }
};

// What tells a file from its copies: neither a rename nor a restart changes it. Zeros where the file system has no time
// of birth, since then inodes can't be relied on either.
struct Identity {
  uint64_t inode = 0;
  uint64_t birth = 0;  // nanoseconds since 1970
  bool operator==(const Identity&) const = default;
};

Identity identity_of(int fd) {
  struct statx info {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &info) != 0 || (info.stx_mask & STATX_BTIME) == 0)
    return {};
  const auto birth = static_cast<uint64_t>(info.stx_btime.tv_sec) * 1'000'000'000 + info.stx_btime.tv_nsec;
  return birth == 0 ? Identity{} : Identity{info.stx_ino, birth};
}

void append_checksum(Writer& out, ByteView prefix) {
  hash::Blake3 hasher;
  hasher.update(prefix).update(out.bytes());
  out.raw(ByteView(hasher.finalize().bytes).first(kChecksumBytes));
}

Bytes encode_header(const LedgerHeader& header, const Identity& identity) {
  Writer out;
  out.raw(as_bytes(kMagic));
  out.raw(header.model_id.bytes);
  out.u32(header.epoch);
  out.u32(header.max_queries);
  out.u64(header.rows);
  out.raw(header.root.bytes);
  out.u64(identity.inode);
  out.u64(identity.birth);
  out.raw(header.seed.expose());
  append_checksum(out, {});
  return out.take();
}

// A record's checksum covers the header's, so that records of another ledger don't fit.
Bytes encode_record(uint64_t serial, uint32_t rows, uint8_t kind, ByteView header_checksum) {
  Writer out;
  out.u64(serial);
  out.u32(rows);
  out.u8(kind);
  for (int i = 0; i < 3; ++i) out.u8(0);
  append_checksum(out, header_checksum);
  return out.take();
}

ByteView header_checksum(ByteView file) { return file.subspan(kHeaderBytes - kChecksumBytes, kChecksumBytes); }

Result<LedgerHeader> parse_header(ByteView bytes, const Identity& found, const std::string& path) {
  TACIT_TRY(receipt::check_magic(bytes, kMagic, path.c_str()));
  Reader in(bytes.subspan(kMagic.size()), path);
  LedgerHeader header;
  TACIT_ASSIGN(header.model_id, receipt::parse_digest(in));
  TACIT_ASSIGN(header.epoch, in.u32());
  TACIT_ASSIGN(header.max_queries, in.u32());
  TACIT_ASSIGN(header.rows, in.u64());
  TACIT_ASSIGN(header.root, receipt::parse_digest(in));
  Identity identity;
  TACIT_ASSIGN(identity.inode, in.u64());
  TACIT_ASSIGN(identity.birth, in.u64());
  TACIT_ASSIGN(const ByteView seed, in.raw(32));
  std::copy(seed.begin(), seed.end(), header.seed.expose().begin());
  TACIT_TRY(in.raw(kChecksumBytes));
  const SecretBytes expected(encode_header(header, identity));
  if (!std::equal(expected.bytes.begin(), expected.bytes.end(), bytes.begin()) || header.max_queries == 0)
    return fail(Code::kBadLedger, path);
  if (identity.birth != 0 && found.birth != 0 && identity != found)
    return fail(Code::kBadLedger, path, 0,
                "it is a copy or was restored, and would reveal the weights: put the original back, or compile anew");
  return header;
}

Result<LedgerState> parse_ledger(ByteView bytes, const Identity& found, const std::string& path) {
  LedgerState state;
  TACIT_ASSIGN(state.header, parse_header(bytes, found, path));
  for (size_t at = kHeaderBytes; at < bytes.size(); at += kRecordBytes, ++state.records) {
    const ByteView raw = bytes.subspan(at, std::min(kRecordBytes, bytes.size() - at));
    Reader in(raw, path);
    uint32_t rows = state.header.max_queries;
    uint8_t kind = static_cast<uint8_t>(Spending::kProof);
    if (raw.size() == kRecordBytes) {
      const uint64_t serial = *in.u64();
      const uint32_t stated_rows = *in.u32();
      const uint8_t stated_kind = *in.u8();
      const Bytes expected = encode_record(serial, stated_rows, stated_kind, header_checksum(bytes));
      if (std::equal(raw.begin(), raw.end(), expected.begin())) {
        if (serial != state.records) return fail(Code::kBadLedger, path, state.records, "records are missing");
        rows = stated_rows;
        kind = stated_kind;
      }
    }
    state.spent += rows;
    state.proofs += kind == static_cast<uint8_t>(Spending::kProof);
  }
  return state;
}

tl::unexpected<Error> error(Code code, const std::string& path) { return fail(code, path, 0, std::strerror(errno)); }

Status check_file(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) return error(Code::kIo, path);
  if ((info.st_mode & 077) != 0)
    return fail(Code::kEnvironment, path, 0, "others may read this secret file: chmod 600 it");
  return {};
}

Result<SecretBytes> read_all(int fd, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return error(Code::kIo, path);
  if (static_cast<uint64_t>(info.st_size) > kMaxLedger) return fail(Code::kTooLarge, path);
  SecretBytes out(Bytes(static_cast<size_t>(info.st_size)));
  for (size_t at = 0; at < out.bytes.size();) {
    const ssize_t n = ::pread(fd, out.bytes.data() + at, out.bytes.size() - at, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return error(Code::kIo, path);
    at += static_cast<size_t>(n);
  }
  return out;
}

// Appends in one write, so that what is torn is torn at the end, and waits until it is on the disk.
Status append(int fd, ByteView bytes, const std::string& path) {
  const ssize_t n = ::write(fd, bytes.data(), bytes.size());
  if (n < 0) return error(Code::kIo, path);
  if (static_cast<size_t>(n) != bytes.size()) return fail(Code::kIo, path, 0, "the disk is full");
  if (::fsync(fd) != 0) return error(Code::kEnvironment, path);
  return {};
}

// Rows that only handovers out may spend.
uint64_t kept_back(const LedgerHeader& header) { return (1 + header.spare()) * header.max_queries; }

enum class Lock { kTaken, kBusy };
Result<Lock> try_lock(int fd, const std::string& path) {
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Lock::kBusy;
    if (errno != EINTR) return error(Code::kEnvironment, path);
  }
  return Lock::kTaken;
}

// Does the path still name the open file? The next epoch's ledger may have taken its place before the lock was there.
bool is_current(int fd, const std::string& path) {
  struct stat open {
  }, named{};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

}  // namespace

hash::Seed LedgerHeader::weights_seed() const { return hash::Seed(hash::Prg::derive(seed, "weights", {})); }
hash::Seed LedgerHeader::attempts_seed() const { return hash::Seed(hash::Prg::derive(seed, "attempts", {})); }

uint64_t LedgerHeader::budget() const {
  const uint64_t openings = rows / max_queries;
  return openings < 2 ? 0 : openings - 2;
}

uint64_t LedgerHeader::spare() const { return std::min<uint64_t>(4, budget() / 10); }

uint64_t LedgerState::proofs_left() const {
  const uint64_t gone = spent + kept_back(header);
  return gone >= header.rows ? 0 : (header.rows - gone) / header.max_queries;
}

// Unlocks by name: closing alone would leave the lock with a child process that inherited the file.
LockedLedger::~LockedLedger() {
  if (fd_ < 0) return;
  ::flock(fd_, LOCK_UN);
  ::close(fd_);
}

Result<LockedLedger> LockedLedger::open(const std::string& path) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    LockedLedger file(::open(path.c_str(), O_RDWR | O_APPEND | O_CLOEXEC), path);
    if (file.fd_ < 0) return error(Code::kIo, path);
    TACIT_TRY(check_file(file.fd_, path));
    TACIT_ASSIGN(const Lock lock, try_lock(file.fd_, path));
    if (lock == Lock::kTaken && is_current(file.fd_, path)) return file;
    if (std::chrono::steady_clock::now() > deadline) return fail(Code::kLocked, path, 0, "try again");
    if (lock == Lock::kBusy) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Result<LockedLedger> LockedLedger::take(const std::string& path) {
  while (true) {
    LockedLedger file(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600), path);
    if (file.fd_ < 0) return error(Code::kIo, path);
    TACIT_TRY(check_file(file.fd_, path));
    TACIT_ASSIGN(const Lock lock, try_lock(file.fd_, path));
    if (lock == Lock::kBusy) return fail(Code::kLocked, path, 0, "another process begins an epoch: try again");
    if (is_current(file.fd_, path)) return file;
  }
}

Result<bool> LockedLedger::is_empty() const {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) return error(Code::kIo, path_);
  return info.st_size == 0;
}

Status LockedLedger::begin(const LedgerHeader& header) {
  const int other = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  if (other < 0) return error(Code::kIo, path_);
  const Result<Lock> again = try_lock(other, path_);
  ::close(other);
  if (!again || *again != Lock::kBusy)
    return fail(Code::kEnvironment, path_, 0, "the locks of this file system don't exclude anybody: use another one");
  const SecretBytes bytes(encode_header(header, identity_of(fd_)));
  TACIT_TRY(append(fd_, bytes.bytes, path_));
  return sync_folder(path_);
}

Result<LedgerState> LockedLedger::state() const {
  TACIT_ASSIGN(const SecretBytes bytes, read_all(fd_, path_));
  return parse_ledger(bytes.bytes, identity_of(fd_), path_);
}

Result<LedgerState> LockedLedger::spend(uint32_t rows, Spending kind) {
  TACIT_ASSIGN(const SecretBytes content, read_all(fd_, path_));
  const ByteView bytes = content.bytes;
  TACIT_ASSIGN(LedgerState state, parse_ledger(bytes, identity_of(fd_), path_));
  const LedgerHeader& header = state.header;
  const uint64_t others = kind == Spending::kHandoverOut ? 0 : kept_back(header);
  if (rows == 0 || rows > header.max_queries || state.spent + rows + others > header.rows)
    return fail(Code::kBudgetSpent, path_, state.proofs,
                kind == Spending::kHandoverOut ? "not even a handover has room: tacit compile --force commits anew"
                                               : "begin the next epoch: tacit epoch");
  Writer out;
  // A torn tail is filled up first, so that it stays one damaged record.
  const size_t tail = (bytes.size() - kHeaderBytes) % kRecordBytes;
  for (size_t i = tail; tail != 0 && i < kRecordBytes; ++i) out.u8(0);
  out.raw(encode_record(state.records, rows, static_cast<uint8_t>(kind), header_checksum(bytes)));
  TACIT_TRY(append(fd_, out.bytes(), path_));
  ++state.records;
  state.spent += rows;
  state.proofs += kind == Spending::kProof;
  return state;
}

Status create_ledger(const std::string& path, const LedgerHeader& header) {
  if (file_exists(path)) return fail(Code::kExists, path);
  TACIT_ASSIGN(LockedLedger ledger, LockedLedger::take(path));
  return ledger.begin(header);
}

Result<LedgerState> read_ledger(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return error(Code::kIo, path);
  TACIT_TRY(check_file(file.get(), path));
  TACIT_ASSIGN(const SecretBytes bytes, read_all(file.get(), path));
  return parse_ledger(bytes.bytes, identity_of(file.get()), path);
}

Result<LedgerState> spend(const std::string& path, const LedgerHeader& expected, uint32_t rows, Spending kind) {
  TACIT_ASSIGN(LockedLedger ledger, LockedLedger::open(path));
  TACIT_ASSIGN(const LedgerState before, ledger.state());
  if (before.header.model_id != expected.model_id)
    return fail(Code::kBadLedger, path, 0, "it belongs to another model");
  if (before.header.epoch != expected.epoch || before.header.root != expected.root)
    return fail(Code::kWrongEpoch, path, before.header.epoch, "the next epoch has begun: try again");
  return ledger.spend(rows, kind);
}

}  // namespace tacit::api
