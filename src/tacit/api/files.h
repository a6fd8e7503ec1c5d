// Reading and writing whole files: nothing half-written is ever seen under a file's name.
#pragma once

#include <string>

#include "tacit/base/bytes.h"

namespace tacit::api {

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

enum class Overwrite : uint8_t { kNo, kYes };
enum class Access : uint8_t { kPublic, kPrivate };  // 0666 less the umask; 0600

// The bytes of a file. Errors: kIo, kTooLarge (more than max_bytes).
Result<Bytes> read_file(const std::string& path, size_t max_bytes);

// Writes to a file without a name in the same folder (with a temporary one where there are none), fsyncs, gives it its
// name. Without kYes an existing file stays as it is. Errors: kExists, kIo; on an error nothing is left behind.
Status write_file(const std::string& path, ByteView bytes, Access access, Overwrite overwrite);

// Gives a file another name in the same folder, on the disk when it returns. Errors: kExists, kIo.
Status move_file(const std::string& from, const std::string& to, Overwrite overwrite);

// Waits until the names in a file's folder are on the disk. Errors: kIo.
Status sync_folder(const std::string& path);

// Could a file be written under this path? To be asked before long work. Errors: kIo.
Status check_writable(const std::string& path);

bool file_exists(const std::string& path);

// "folder/NAME.tacit" → "folder/NAME": the path without this suffix, or as it is.
std::string without_suffix(const std::string& path, std::string_view suffix);

}  // namespace tacit::api
