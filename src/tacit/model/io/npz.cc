// numpy's .npz: a zip archive of .npy files.
#include <zip.h>

#include <array>
#include <memory>

#include "tacit/model/io/formats.h"

namespace tacit::model {

namespace {

constexpr zip_int64_t kMaxEntries = 1024;

// Archives and entries that close themselves; nothing is ever written back.
using Archive = std::unique_ptr<zip_t, void (*)(zip_t*)>;
using Entry = std::unique_ptr<zip_file_t, int (*)(zip_file_t*)>;

Result<Archive> open_archive(ByteView bytes, const std::string& place) {
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, nullptr);
  if (source == nullptr) return fail(Code::kTooLarge, place, 0, "the memory doesn't suffice");
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, nullptr);
  if (archive == nullptr) {
    zip_source_free(source);
    return fail(Code::kBadInput, place, 0, "this is not an .npz file");
  }
  return Archive(archive, zip_discard);
}

// Reads chunk by chunk, so that memory follows what is really there and not what the archive declares.
Result<Bytes> read_entry(zip_t* archive, zip_uint64_t index, size_t max_bytes, const std::string& place) {
  Entry entry(zip_fopen_index(archive, index, 0), zip_fclose);
  if (entry == nullptr) return fail(Code::kBadInput, place, index, "the entry can't be unpacked");
  Bytes bytes;
  std::array<uint8_t, 1 << 16> chunk;
  for (;;) {
    const zip_int64_t n = zip_fread(entry.get(), chunk.data(), chunk.size());
    if (n < 0) return fail(Code::kBadInput, place, index, "the entry is damaged");
    if (n == 0) return bytes;
    if (static_cast<size_t>(n) > max_bytes - bytes.size()) {
      return fail(Code::kTooLarge, place, index, "the arrays are too large when unpacked");
    }
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + n);
  }
}

}  // namespace

Result<std::vector<NamedArray>> parse_npz(ByteView bytes, const std::string& place) {
  TACIT_ASSIGN(const Archive archive, open_archive(bytes, place));
  const zip_int64_t n_entries = zip_get_num_entries(archive.get(), 0);
  if (n_entries > kMaxEntries) return fail(Code::kTooLarge, place, static_cast<uint64_t>(n_entries), "too many arrays");
  size_t budget = kMaxInputBytes;
  std::vector<NamedArray> arrays;
  for (zip_int64_t i = 0; i < n_entries; ++i) {
    const zip_uint64_t index = static_cast<zip_uint64_t>(i);
    const char* raw_name = zip_get_name(archive.get(), index, 0);
    std::string name = raw_name == nullptr ? "" : raw_name;
    if (name.ends_with(".npy")) name.resize(name.size() - 4);
    TACIT_ASSIGN(const Bytes data, read_entry(archive.get(), index, budget, place));
    budget -= data.size();
    TACIT_ASSIGN(Tensor tensor, parse_npy(data, place + ", array " + std::to_string(i)));
    arrays.push_back({std::move(name), std::move(tensor)});
  }
  return arrays;
}

}  // namespace tacit::model
