// The file formats behind read_samples. Each reader gives named arrays as the file has them.
#pragma once

#include <string>
#include <vector>

#include "tacit/base/bytes.h"
#include "tacit/model/graph/tensor.h"

namespace tacit::model {

// Of a file of inputs, and of all arrays that it unpacks to.
inline constexpr size_t kMaxInputBytes = size_t{1} << 30;

struct NamedArray {
  std::string name;  // empty if the format has none
  Tensor tensor;
  bool is_flat = false;  // JSON lists: only the number of elements counts
};

// All: `place` names the file in errors. Errors: kBadInput, kTooLarge.
Result<std::vector<NamedArray>> parse_json(ByteView bytes, const std::string& place);
Result<std::vector<NamedArray>> parse_npz(ByteView bytes, const std::string& place);
Result<Tensor> parse_npy(ByteView bytes, const std::string& place);
Result<NamedArray> parse_pb(ByteView bytes, const std::string& place);

}  // namespace tacit::model
