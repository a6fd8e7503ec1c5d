// Decodes TensorProto messages: typed fields, raw_data and external data.
#pragma once

#include <map>
#include <string>

#include "onnx.pb.h"
#include "tacit/base/bytes.h"
#include "tacit/model/graph/tensor.h"

namespace tacit::model {

// Files beside the model that hold weights. Each is read once and kept.
class ExternalData {
 public:
  ExternalData(std::string folder, size_t max_bytes) : folder_(std::move(folder)), max_bytes_(max_bytes) {}

  // The bytes that a tensor's external_data names. The path must be relative, without "..", and lead (links
  // resolved) to a file inside the folder. Errors: kUnsupported (no folder), kBadModel (path, offset or
  // length), kTooLarge, kIo.
  Result<ByteView> read(const pb::TensorProto& tensor, size_t n_bytes, const std::string& place);

 private:
  std::string folder_;
  size_t max_bytes_;
  std::map<std::string, Bytes> files_;
};

// The whole of a file. Errors: kIo, kTooLarge.
Result<Bytes> read_file(const std::string& path, size_t max_bytes);

// The bytes that one element takes in raw data.
size_t element_bytes(DType dtype);
// Elements from little-endian raw bytes. Requires bytes.size() = count · element_bytes.
// Error: kUnsupported for a uint64 of 2^63 or more, kBadModel for a bool that is neither 0 nor 1; both at
// `place`.
Result<Tensor> decode_raw(ValueType type, ByteView bytes, const std::string& place);

// The tensor in a message. `external` may be nullptr: then external data are refused.
// Errors: those of element_count, dtype_from_onnx and ExternalData; kBadModel where data and dims disagree.
Result<Tensor> decode_tensor(const pb::TensorProto& tensor, ExternalData* external, const std::string& place);

}  // namespace tacit::model
