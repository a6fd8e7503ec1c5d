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
#include "tacit/hash/blake3.h"
#include "tacit/receipt/public_file.h"

namespace tacit::api {
namespace {

constexpr std::string_view kMagic = "tacit ledger v1\n";
constexpr size_t kChecksumBytes = 16;
constexpr size_t kHeaderBytes = 16 + 32 + 4 + 4 + 8 + 32 + kChecksumBytes;
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

void append_checksum(Writer& out, ByteView prefix) {
  hash::Blake3 hasher;
  hasher.update(prefix).update(out.bytes());
  out.raw(ByteView(hasher.finalize().bytes).first(kChecksumBytes));
}

Bytes encode_header(const LedgerHeader& header) {
  Writer out;
  out.raw(as_bytes(kMagic));
  out.raw(header.model_id.bytes);
  out.u32(header.epoch);
  out.u32(header.max_queries);
  out.u64(header.rows);
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

Result<LedgerHeader> parse_header(ByteView bytes, const std::string& path) {
  TACIT_TRY(receipt::check_magic(bytes, kMagic, path.c_str()));
  Reader in(bytes.subspan(kMagic.size()), path);
  LedgerHeader header;
  TACIT_ASSIGN(const ByteView id, in.raw(32));
  std::copy(id.begin(), id.end(), header.model_id.bytes.begin());
  TACIT_ASSIGN(header.epoch, in.u32());
  TACIT_ASSIGN(header.max_queries, in.u32());
  TACIT_ASSIGN(header.rows, in.u64());
  TACIT_ASSIGN(const ByteView seed, in.raw(32));
  std::copy(seed.begin(), seed.end(), header.seed.expose().begin());
  TACIT_TRY(in.raw(kChecksumBytes));
  const SecretBytes expected(encode_header(header));
  if (!std::equal(expected.bytes.begin(), expected.bytes.end(), bytes.begin()) || header.max_queries == 0)
    return fail(Code::kBadLedger, path);
  return header;
}

Result<LedgerState> parse_ledger(ByteView bytes, const std::string& path) {
  LedgerState state;
  TACIT_ASSIGN(state.header, parse_header(bytes, path));
  const ByteView checksum = bytes.subspan(kHeaderBytes - kChecksumBytes, kChecksumBytes);
  for (size_t at = kHeaderBytes; at < bytes.size(); at += kRecordBytes, ++state.records) {
    const ByteView raw = bytes.subspan(at, std::min(kRecordBytes, bytes.size() - at));
    Reader in(raw, path);
    uint32_t rows = state.header.max_queries;
    uint8_t kind = static_cast<uint8_t>(Spending::kProof);
    if (raw.size() == kRecordBytes) {
      const uint64_t serial = *in.u64();
      const uint32_t stated_rows = *in.u32();
      const uint8_t stated_kind = *in.u8();
      const Bytes expected = encode_record(serial, stated_rows, stated_kind, checksum);
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

// The open file of a ledger.
class LedgerFile {
 public:
  ~LedgerFile() {
    if (fd_ >= 0) ::close(fd_);  // gives the lock back
  }

  Status open(const std::string& path, int flags) {
    path_ = path;
    fd_ = ::open(path.c_str(), flags | O_CLOEXEC);
    if (fd_ < 0) return error(Code::kIo);
    struct stat info {};
    if (::fstat(fd_, &info) != 0 || !S_ISREG(info.st_mode)) return error(Code::kIo);
    if ((info.st_mode & 077) != 0)
      return fail(Code::kEnvironment, path, 0, "others may read this secret file: chmod 600 it");
    return {};
  }
  Status lock() {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) return error(Code::kEnvironment);
      if (std::chrono::steady_clock::now() > deadline) return fail(Code::kLocked, path_);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return {};
  }
  Result<SecretBytes> read() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return error(Code::kIo);
    if (static_cast<uint64_t>(info.st_size) > kMaxLedger) return fail(Code::kTooLarge, path_);
    SecretBytes out(Bytes(static_cast<size_t>(info.st_size)));
    for (size_t at = 0; at < out.bytes.size();) {
      const ssize_t n = ::pread(fd_, out.bytes.data() + at, out.bytes.size() - at, static_cast<off_t>(at));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return error(Code::kIo);
      at += static_cast<size_t>(n);
    }
    return out;
  }
  // Appends in one write, so that what is torn is torn at the end, and waits until it is on the disk.
  Status append(ByteView bytes) {
    if (::write(fd_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) return error(Code::kIo);
    if (::fsync(fd_) != 0) return error(Code::kEnvironment);
    return {};
  }

 private:
  tl::unexpected<Error> error(Code code) const { return fail(code, path_, 0, std::strerror(errno)); }
  int fd_ = -1;
  std::string path_;
};

}  // namespace

hash::Seed LedgerHeader::weights_seed() const { return hash::Seed(hash::Prg::derive(seed, "weights", {})); }
hash::Seed LedgerHeader::attempts_seed() const { return hash::Seed(hash::Prg::derive(seed, "attempts", {})); }

// Less the handovers in (or the registration) and out.
uint64_t LedgerHeader::budget() const {
  const uint64_t openings = rows / max_queries;
  return openings < 2 ? 0 : openings - 2;
}

uint64_t LedgerState::proofs_left() const {
  const uint64_t gone = spent + header.max_queries;
  return gone >= header.rows ? 0 : (header.rows - gone) / header.max_queries;
}

Status create_ledger(const std::string& path, const LedgerHeader& header) {
  const SecretBytes bytes(encode_header(header));
  return write_file(path, bytes.bytes, Access::kPrivate, Overwrite::kNo);
}

Result<LedgerState> read_ledger(const std::string& path) {
  LedgerFile file;
  TACIT_TRY(file.open(path, O_RDONLY));
  TACIT_ASSIGN(const SecretBytes bytes, file.read());
  return parse_ledger(bytes.bytes, path);
}

Result<LedgerState> spend(const std::string& path, const hash::Digest& model_id, uint32_t rows, Spending kind) {
  LedgerFile file;
  TACIT_TRY(file.open(path, O_RDWR | O_APPEND));
  TACIT_TRY(file.lock());
  TACIT_ASSIGN(const SecretBytes content, file.read());
  const ByteView bytes = content.bytes;
  TACIT_ASSIGN(LedgerState state, parse_ledger(bytes, path));
  const LedgerHeader& header = state.header;
  if (header.model_id != model_id) return fail(Code::kBadLedger, path, 0, "it belongs to another model");
  if (rows == 0 || rows > header.max_queries || state.spent + rows + header.max_queries > header.rows)
    return fail(Code::kBudgetSpent, path, state.proofs, "make a new commitment: tacit compile --force");
  Writer out;
  // A torn tail is filled up first, so that it stays one damaged record.
  const size_t tail = (bytes.size() - kHeaderBytes) % kRecordBytes;
  for (size_t i = tail; tail != 0 && i < kRecordBytes; ++i) out.u8(0);
  const ByteView checksum = bytes.subspan(kHeaderBytes - kChecksumBytes, kChecksumBytes);
  out.raw(encode_record(state.records, rows, static_cast<uint8_t>(kind), checksum));
  TACIT_TRY(file.append(out.bytes()));
  return state;
}

}  // namespace tacit::api
