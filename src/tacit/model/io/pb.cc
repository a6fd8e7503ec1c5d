#include <climits>

#include "tacit/model/io/formats.h"
#include "tacit/model/onnx/tensor_proto.h"

namespace tacit::model {

Result<NamedArray> parse_pb(ByteView bytes, const std::string& place) {
  pb::TensorProto message;
  if (bytes.size() > INT_MAX || !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return fail(Code::kBadInput, place, 0, "this is not an ONNX tensor");
  }
  Result<Tensor> tensor = decode_tensor(message, nullptr, place);
  if (!tensor) {
    Error error = tensor.error();
    if (error.code != Code::kTooLarge) error.code = Code::kBadInput;
    return tl::unexpected(std::move(error));
  }
  return NamedArray{message.name(), std::move(*tensor)};
}

}  // namespace tacit::model
