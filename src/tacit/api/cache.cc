#include "tacit/api/cache.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "tacit/hash/blake3.h"

namespace tacit::api {
namespace {

constexpr std::string_view kMagic = "tacit cache  v1\n";
constexpr size_t kPage = 4096;
constexpr uint64_t kShareOfDisk = 8;  // of what is free, one part in so many

enum class Codeword : uint32_t { kLeftOut = 0, kKept = 1 };

struct Layout {
  uint64_t n_nodes, n_words;  // words of the codeword; zero if it isn't kept
  Layout(const CacheKey& key, Codeword codeword)
      : n_nodes((uint64_t{2} << key.log_domain) - 1),
        n_words(codeword == Codeword::kKept ? uint64_t{key.limbs} << key.log_domain : 0) {}
  uint64_t rows_at() const { return kPage + (32 * n_nodes + kPage - 1) / kPage * kPage; }
  uint64_t bytes() const { return rows_at() + 8 * n_words; }
};

// The header up to the root.
Bytes header_start(const CacheKey& key, Codeword codeword) {
  Writer out;
  out.raw(as_bytes(kMagic));
  out.raw(key.model.bytes);
  out.u32(key.log_domain);
  out.u32(key.limbs);
  out.u32(static_cast<uint32_t>(codeword));
  return out.take();
}

Secret<std::array<uint8_t, 32>> tag_key(const CacheKey& key) {
  return Secret(hash::Prg::derive(key.seed, "cache", {}));
}

hash::Digest tag_of(const Secret<std::array<uint8_t, 32>>& key, ByteView header) {
  hash::Blake3 hasher;
  hasher.update(key.expose());
  hasher.update(header);
  return hasher.finalize();
}

class Mapping {
 public:
  Mapping(int fd, size_t size, int flags)
      : address_(::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd, 0)), size_(size) {}
  ~Mapping() {
    if (good()) ::munmap(address_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  bool good() const { return address_ != MAP_FAILED; }
  uint8_t* bytes() const { return static_cast<uint8_t*>(address_); }

 private:
  void* address_;
  size_t size_;
};

// The parts of a mapped file.
prover::Stored parts_of(std::shared_ptr<Mapping> mapping, const Layout& layout, bool filled) {
  uint8_t* bytes = mapping->bytes();
  return {std::move(mapping),
          {reinterpret_cast<hash::Digest*>(bytes + kPage), layout.n_nodes},
          {reinterpret_cast<uint64_t*>(bytes + layout.rows_at()), layout.n_words},
          filled};
}

// The codeword is kept when it takes little of the disk.
Codeword choose(int fd, const CacheKey& key) {
  struct statvfs disk {};
  const uint64_t bytes = Layout(key, Codeword::kKept).bytes();
  const bool room = ::fstatvfs(fd, &disk) == 0 && bytes <= uint64_t{disk.f_bavail} * disk.f_frsize / kShareOfDisk;
  return bytes <= kCachedCodeword && room ? Codeword::kKept : Codeword::kLeftOut;
}

std::shared_ptr<Mapping> map_file(int fd, size_t size, int flags) {
  auto mapping = std::make_shared<Mapping>(fd, size, flags);
  return mapping->good() ? mapping : nullptr;
}

// A cache that is being written stands under this name, locked.
std::string next(const std::string& path) { return path + ".next"; }

// Opens and locks such a file, unless another process has it. −1: no.
int open_locked(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
  struct stat ours {
  }, named{};
  if (fd >= 0 && ::flock(fd, LOCK_EX | LOCK_NB) == 0 && ::fstat(fd, &ours) == 0 && S_ISREG(ours.st_mode) &&
      (ours.st_mode & 077) == 0 && ::lstat(path.c_str(), &named) == 0 && ours.st_ino == named.st_ino)
    return fd;
  if (fd >= 0) ::close(fd);
  return -1;
}

// What a process that died has left.
void discard_unfinished(const std::string& path) {
  const Descriptor left(open_locked(next(path), 0));
  if (left.get() >= 0) ::unlink(next(path).c_str());
}

}  // namespace

std::optional<prover::Stored> read_cache(const std::string& path, const CacheKey& key) {
  discard_unfinished(path);
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return {};
  struct stat info {};
  const bool good = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 077) == 0;
  const uint64_t size = good ? static_cast<uint64_t>(info.st_size) : 0;
  const Codeword codeword = size == Layout(key, Codeword::kKept).bytes() ? Codeword::kKept : Codeword::kLeftOut;
  const Layout layout(key, codeword);
  const bool fits = size == layout.bytes();
  // Private: what a proof writes there, it alone would see.
  const auto mapping = fits ? map_file(fd, layout.bytes(), MAP_PRIVATE) : nullptr;
  ::close(fd);
  if (!mapping) return {};
  const Bytes start = header_start(key, codeword);
  const ByteView header(mapping->bytes(), start.size() + 32);
  const hash::Digest tag = tag_of(tag_key(key), header);
  prover::Stored stored = parts_of(mapping, layout, true);
  if (!std::equal(start.begin(), start.end(), header.begin()) ||
      !std::equal(tag.bytes.begin(), tag.bytes.end(), mapping->bytes() + header.size()) ||
      !std::equal(stored.nodes.back().bytes.begin(), stored.nodes.back().bytes.end(), header.end() - 32))
    return {};
  return stored;
}

std::optional<NewCache> NewCache::create(const std::string& path, const CacheKey& key) {
  auto file = std::make_unique<Descriptor>(open_locked(next(path), O_CREAT));
  const int fd = file->get();
  if (fd < 0 || ::ftruncate(fd, 0) != 0) return {};
  NewCache out;
  out.file_ = std::move(file);
  out.path_ = path;
  const Codeword codeword = choose(fd, key);
  const Layout layout(key, codeword);
  // The space is taken first: a full disk must not show as a fault in the middle of the commitment.
  std::shared_ptr<Mapping> mapping;
  if (::posix_fallocate(fd, 0, static_cast<off_t>(layout.bytes())) == 0)
    mapping = map_file(fd, layout.bytes(), MAP_SHARED);
  if (!mapping) return {};
  out.header_ = mapping->bytes();
  out.space_ = parts_of(std::move(mapping), layout, false);
  out.start_ = header_start(key, codeword);
  out.tag_key_ = tag_key(key);
  return out;
}

NewCache::~NewCache() {
  if (file_) ::unlink(next(path_).c_str());
}

void NewCache::keep(const hash::Digest& root) {
  Bytes header = start_;
  header.insert(header.end(), root.bytes.begin(), root.bytes.end());
  const hash::Digest tag = tag_of(tag_key_, header);
  header.insert(header.end(), tag.bytes.begin(), tag.bytes.end());
  std::copy(header.begin(), header.end(), header_);
  if (std::rename(next(path_).c_str(), path_.c_str()) == 0) file_.reset();
}

}  // namespace tacit::api
