// BatchNormalization at inference: Y = scale · (X − mean) / √(variance + epsilon) + bias, per channel (axis
// 1).
#include <cmath>

#include "tacit/model/ops/common.h"

namespace tacit::model {
namespace {

Result<Types> shape_batch_norm(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0, 1, 2}));
  TACIT_TRY(one_type(args, Kind::kReal, {3, 4}));
  const Shape& x = args.shape(0);
  if (x.size() < 2)
    return args.refuse(Code::kBadModel, "the input needs a channel axis, not " + shape_text(x));
  for (size_t i = 1; i < 5; ++i) {
    if (args.shape(i) != Shape{x[1]}) {
      return args.refuse(Code::kBadModel, "input " + std::to_string(i) + " must have one entry per channel");
    }
  }
  if (args.node().integer("training_mode", 0) != 0 || args.node().integer("spatial", 1) != 1) {
    return args.refuse(Code::kUnsupported,
                       "export the model for inference: training_mode must be 0, spatial 1");
  }
  return Types{args.type(0)};
}

Result<Tensors> eval_batch_norm(const Args& args, const Types& outputs) {
  const double epsilon = args.node().real("epsilon", 1e-5);
  const Shape& x = args.shape(0);
  const size_t inner = static_cast<size_t>(span_size(x, 2, x.size()));
  const size_t channels = static_cast<size_t>(x[1]);
  Tensor y(outputs[0]);
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t c = i / inner % channels;
    const double gain = args.tensor(1).reals()[c] / std::sqrt(args.tensor(4).reals()[c] + epsilon);
    y.reals()[i] = gain * (args.tensor(0).reals()[i] - args.tensor(3).reals()[c]) + args.tensor(2).reals()[c];
  }
  return Tensors{std::move(y)};
}

}  // namespace

TACIT_OPERATORS(normalization) {
  using enum AttributeType;
  table.add(
      {.name = "BatchNormalization",
       .opsets = {7, 26},
       .inputs = {5, 5},
       .attributes = {{"epsilon", kReal}, {"momentum", kReal}, {"spatial", kInt}, {"training_mode", kInt}},
       .shape = shape_batch_norm,
       .eval = eval_batch_norm});
}

}  // namespace tacit::model
