// BatchNormalization at inference: Y = scale · (X − mean) / √(variance + epsilon) + bias, per channel (axis
// 1).
#include <cmath>

#include "tacit/model/ops/batch_norm.h"
#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

Result<Types> shape_batch_norm(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0, 1, 2}));
  TACIT_TRY(one_type(args, Kind::kReal, {3, 4}));
  const Shape& x = args.shape(0);
  if (x.size() < 2) return args.refuse(Code::kBadModel, "the input needs a channel axis, not " + shape_text(x));
  for (size_t i = 1; i < 5; ++i) {
    if (args.shape(i) != Shape{x[1]}) {
      return args.refuse(Code::kBadModel, "input " + std::to_string(i) + " must have one entry per channel");
    }
  }
  if (args.node().integer("training_mode", 0) != 0 || args.node().integer("spatial", 1) != 1) {
    return args.refuse(Code::kUnsupported, "export the model for inference: training_mode must be 0, spatial 1");
  }
  return Types{args.type(0)};
}

Result<Tensors> eval_batch_norm(const Args& args, const Types& outputs) {
  const BatchNorm norm = read_batch_norm(args);
  const Shape& x = args.shape(0);
  const size_t inner = static_cast<size_t>(span_size(x, 2, x.size()));
  const size_t channels = static_cast<size_t>(x[1]);
  Tensor y(outputs[0]);
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t c = i / inner % channels;
    y.reals()[i] = norm.gain[c] * args.tensor(0).reals()[i] + norm.offset[c];
  }
  return Tensors{std::move(y)};
}

// gain · x + offset per channel. Behind a convolution or a matrix product the compiler has folded it into the
// weights (lower/fuse.h).
Status emit_batch_norm(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  for (size_t i = 1; i < 5; ++i)
    if (args.known(i) == nullptr) return e.refuse(Code::kUnsupported, "the statistics must be constant");
  const BatchNorm norm = read_batch_norm(args);
  Shape per_channel(args.rank(0) - 1, 1);
  per_channel[0] = args.shape(0)[1];
  auto constant = [&](std::vector<double> values) {
    return std::make_shared<const Tensor>(ValueType{DType::kFloat32, per_channel}, std::move(values));
  };
  TACIT_ASSIGN(Form x, e.operand(node.inputs[0]));
  TACIT_ASSIGN(Form gain, e.weights(constant(norm.gain), EmitContext::kWeightBits, INT_MIN));
  TACIT_ASSIGN(Form y, e.multiply(std::move(x), std::move(gain)));
  TACIT_ASSIGN(Form offset, e.weights(constant(norm.offset), EmitContext::kBiasBits, y.exponent));
  TACIT_ASSIGN(y, e.add(std::move(y), std::move(offset)));
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

BatchNorm read_batch_norm(const Args& args) {
  const double epsilon = args.node().real("epsilon", 1e-5);
  BatchNorm norm;
  for (size_t c = 0; c < args.tensor(1).size(); ++c) {
    norm.gain.push_back(args.tensor(1).reals()[c] / std::sqrt(args.tensor(4).reals()[c] + epsilon));
    norm.offset.push_back(args.tensor(2).reals()[c] - norm.gain[c] * args.tensor(3).reals()[c]);
  }
  return norm;
}

TACIT_OPERATORS(normalization) {
  using enum AttributeType;
  table.add({.name = "BatchNormalization",
             .opsets = {7, 26},
             .inputs = {5, 5},
             .attributes = {{"epsilon", kReal}, {"momentum", kReal}, {"spatial", kInt}, {"training_mode", kInt}},
             .shape = shape_batch_norm,
             .eval = eval_batch_norm,
             .emit = emit_batch_norm});
}

}  // namespace tacit::model
