#include "tacit/api/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tacit::api {
namespace {

tl::unexpected<Error> io_error(const std::string& path) { return fail(Code::kIo, path, 0, std::strerror(errno)); }

std::string folder_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

Status write_all(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return io_error(path);
    bytes = bytes.subspan(static_cast<size_t>(n));
  }
  if (::fsync(fd) != 0) return io_error(path);
  return {};
}

// Gives an open file without a name one that is free; the errors are those of link().
int name_file(int fd, const std::string& path) {
  const std::string open_file = "/proc/self/fd/" + std::to_string(fd);
  return ::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW);
}

tl::unexpected<Error> exists_error(const std::string& path) {
  return fail(Code::kExists, path, 0, "use --force to replace it");
}

// Writes a file that has no name until it is whole, so that a process that dies leaves nothing of it: under `path` if that
// is free, else under `temporary`. Where the system has no such files, it has the name `temporary` from the start.
// Returns the name.
Result<std::string> write_whole(const std::string& path, const std::string& temporary, ByteView bytes, mode_t mode) {
  const Descriptor nameless(::open(folder_of(path).c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, mode));
  if (nameless.get() >= 0) {
    TACIT_TRY(write_all(nameless.get(), bytes, path));
    if (name_file(nameless.get(), path) == 0) return path;
    if (errno == EEXIST && name_file(nameless.get(), temporary) == 0) return temporary;
  }
  const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.get() < 0) return io_error(path);
  const Status written = write_all(file.get(), bytes, path);
  if (written) return temporary;
  ::unlink(temporary.c_str());
  return tl::unexpected(written.error());
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Status sync_folder(const std::string& path) {
  const Descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return io_error(path);
  return {};
}

// rename() replaces its target; link() refuses to.
Status move_file(const std::string& from, const std::string& to, Overwrite overwrite) {
  if (overwrite == Overwrite::kYes) {
    if (::rename(from.c_str(), to.c_str()) != 0) return io_error(to);
  } else {
    if (::link(from.c_str(), to.c_str()) != 0) return errno == EEXIST ? Status(exists_error(to)) : io_error(to);
    ::unlink(from.c_str());
  }
  return sync_folder(to);
}

Status check_writable(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return fail(Code::kIo, path, 0, "it is a folder");
  if (::access(folder_of(path).c_str(), W_OK | X_OK) != 0) return io_error(path);
  return {};
}

Result<Bytes> read_file(const std::string& path, size_t max_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return io_error(path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return io_error(path);
  if (S_ISDIR(info.st_mode)) return fail(Code::kIo, path, 0, "it is a folder");
  Bytes bytes;
  if (S_ISREG(info.st_mode)) {
    if (static_cast<uint64_t>(info.st_size) > max_bytes) return fail(Code::kTooLarge, path);
    bytes.reserve(static_cast<size_t>(info.st_size) + 1);
  }
  constexpr size_t kPiece = 1 << 16;
  size_t size = 0;
  while (true) {
    bytes.resize(std::max(size + kPiece, bytes.capacity()));
    const ssize_t n = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return io_error(path);
    size += static_cast<size_t>(n);
    if (size > max_bytes) return fail(Code::kTooLarge, path);
    if (n == 0) break;
  }
  bytes.resize(size);
  return bytes;
}

Status write_file(const std::string& path, ByteView bytes, Access access, Overwrite overwrite) {
  if (overwrite == Overwrite::kNo && file_exists(path)) return exists_error(path);
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  ::unlink(temporary.c_str());  // of a process that died with this number
  const mode_t mode = access == Access::kPrivate ? 0600 : 0666;
  TACIT_ASSIGN(const std::string name, write_whole(path, temporary, bytes, mode));
  const Status status = name == path ? sync_folder(path) : move_file(temporary, path, overwrite);
  if (!status) ::unlink(name.c_str());
  return status;
}

bool file_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

std::string without_suffix(const std::string& path, std::string_view suffix) {
  const bool ends = path.size() > suffix.size() && std::string_view(path).substr(path.size() - suffix.size()) == suffix;
  return ends ? path.substr(0, path.size() - suffix.size()) : path;
}

}  // namespace tacit::api
