#include <charconv>
#include <filesystem>
#include <fstream>

#include "tacit/model/graph/graph.h"
#include "tacit/model/onnx/tensor_proto.h"

namespace tacit::model {

namespace fs = std::filesystem;

Result<Bytes> read_file(const std::string& path, size_t max_bytes) {
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return fail(Code::kIo, path, 0, "there is no such file");
  const uintmax_t size = fs::file_size(path, error);
  if (error) return fail(Code::kIo, path, 0, error.message());
  if (size > max_bytes) return fail(Code::kTooLarge, path, size, "at most " + std::to_string(max_bytes) + " bytes");
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(static_cast<size_t>(size));
  if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size))) {
    return fail(Code::kIo, path, 0, "the file could not be read");
  }
  return bytes;
}

namespace {

// The entry of external_data, or an empty string.
std::string entry(const pb::TensorProto& tensor, const std::string& key) {
  for (const pb::StringStringEntryProto& e : tensor.external_data()) {
    if (e.key() == key) return e.value();
  }
  return {};
}

Result<size_t> number_entry(const pb::TensorProto& tensor, const std::string& key, size_t fallback,
                            const std::string& place) {
  const std::string text = entry(tensor, key);
  if (text.empty()) return fallback;
  size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    return fail(Code::kBadModel, place, 0, "external_data: " + key + " is not a number");
  }
  return value;
}

// The file that a location names, with links resolved, if it lies inside the folder.
Result<std::string> resolve(const std::string& folder, const std::string& location, const std::string& place) {
  const auto refuse = [&] {
    return fail(Code::kBadModel, place, 0,
                "external data must lie inside the model's folder, not at '" + printable(location) + "'");
  };
  const fs::path relative(location);
  if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute()) return refuse();
  for (const fs::path& part : relative) {
    if (part == "..") return refuse();
  }
  std::error_code error;
  const fs::path base = fs::canonical(folder, error);
  if (error) return fail(Code::kIo, folder, 0, error.message());
  const fs::path file = fs::canonical(base / relative, error);
  if (error) return fail(Code::kIo, place, 0, "the external file '" + printable(location) + "' is missing");
  const fs::path inside = file.lexically_relative(base);
  if (inside.empty() || *inside.begin() == "..") return refuse();
  return file.string();
}

}  // namespace

Result<ByteView> ExternalData::read(const pb::TensorProto& tensor, size_t n_bytes, const std::string& place) {
  if (folder_.empty()) {
    return fail(Code::kUnsupported, place, 0, "the weights lie in another file; import the model from its folder");
  }
  TACIT_ASSIGN(const size_t offset, number_entry(tensor, "offset", 0, place));
  TACIT_ASSIGN(const size_t length, number_entry(tensor, "length", n_bytes, place));
  TACIT_ASSIGN(const std::string path, resolve(folder_, entry(tensor, "location"), place));
  if (!files_.contains(path)) {
    TACIT_ASSIGN(files_[path], read_file(path, max_bytes_));
  }
  const Bytes& file = files_[path];
  if (length != n_bytes || offset > file.size() || length > file.size() - offset) {
    return fail(Code::kBadModel, place, offset,
                "the external data don't hold the tensor's " + std::to_string(n_bytes) + " bytes");
  }
  return ByteView(file).subspan(offset, length);
}

}  // namespace tacit::model
