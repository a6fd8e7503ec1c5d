// Conv over 1, 2 or 3 spatial axes (or more), with groups:
//   Y[n, m, o] = B[m] + Σ_{c, k} X[n, g(m) · C/G + c, o · stride − pad + k · dilation] · W[m, c, k]
#include <numeric>

#include "tacit/model/ops/common.h"
#include "tacit/model/ops/window.h"

namespace tacit::model {
namespace {

// The kernel lengths stand in the weights; kernel_shape may repeat them.
Result<Window> conv_window(const Args& args) {
  const Shape& w = args.shape(1);
  const Shape kernel(w.begin() + 2, w.end());
  const Shape declared = args.node().integers("kernel_shape");
  if (!declared.empty() && declared != kernel) {
    return args.refuse(Code::kBadModel,
                       "kernel_shape " + shape_text(declared) + " contradicts the weights " + shape_text(w));
  }
  return read_window(args, kernel);
}

Result<Types> shape_conv(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0, 1, 2}));
  const Shape& x = args.shape(0);
  const Shape& w = args.shape(1);
  if (x.size() < 3 || w.size() != x.size()) {
    return args.refuse(Code::kBadModel, "the input " + shape_text(x) + " and the weights " + shape_text(w) +
                                            " must have the same number of axes, at least 3");
  }
  const int64_t group = args.node().integer("group", 1);
  if (group < 1 || group > kMaxElements || w[1] * group != x[1] || w[0] % group != 0) {
    return args.refuse(Code::kBadModel, "group " + std::to_string(group) + " doesn't fit the input " + shape_text(x) +
                                            " and the weights " + shape_text(w));
  }
  if (args.has(2) && args.shape(2) != Shape{w[0]}) {
    return args.refuse(Code::kBadModel, "the bias must have the shape " + shape_text({w[0]}));
  }
  TACIT_ASSIGN(const Window window, conv_window(args));
  Shape y = {x[0], w[0]};
  y.insert(y.end(), window.output.begin(), window.output.end());
  return Types{{args.type(0).dtype, std::move(y)}};
}

Result<Tensors> eval_conv(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const Window window, conv_window(args));
  const Shape& x_shape = args.shape(0);
  const Shape& w_shape = args.shape(1);
  const int64_t batch = x_shape[0], channels = x_shape[1], features = w_shape[0], group_channels = w_shape[1];
  const int64_t group_features = features / args.node().integer("group", 1);
  const int64_t n_in = span_size(window.input, 0, window.input.size());
  const int64_t n_out = window.n_outputs(), n_kernel = window.n_kernel();
  const std::span<const double> x = args.tensor(0).reals();
  const std::span<const double> w = args.tensor(1).reals();
  Tensor y(outputs[0]);
  if (args.has(2)) {
    for (size_t i = 0; i < y.size(); ++i) {
      y.reals()[i] = args.tensor(2).reals()[i / static_cast<size_t>(n_out) % static_cast<size_t>(features)];
    }
  }
  for (int64_t k = 0; k < n_kernel; ++k) {
    const std::vector<int64_t> taps = window.taps(k);
    for (int64_t row = 0; row < batch * features; ++row) {
      const int64_t n = row / features, m = row % features;
      double* out = y.reals().data() + row * n_out;
      for (int64_t c = 0; c < group_channels; ++c) {
        const int64_t channel = m / group_features * group_channels + c;
        const double* in = x.data() + (n * channels + channel) * n_in;
        const double weight = w[static_cast<size_t>((m * group_channels + c) * n_kernel + k)];
        for (int64_t o = 0; o < n_out; ++o) out[o] += taps[static_cast<size_t>(o)] < 0 ? 0 : weight * in[taps[o]];
      }
    }
  }
  return Tensors{std::move(y)};
}

// One contraction: pixels are left labels, output channels the right one, (channel, kernel) inner ones,
// groups a batch. The unfolded input is a view, so padding and strides cost nothing.
Status emit_conv(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  TACIT_ASSIGN(const Window window, conv_window(args));
  const auto weights = e.constant(node.inputs[1]);
  if (weights == nullptr) return e.refuse(Code::kUnsupported, "the weights of a convolution must be constant");
  const int64_t group = node.integer("group", 1);
  TACIT_ASSIGN(Form x, e.operand(node.inputs[0]));
  Shape grouped = x.shape();
  grouped.insert(grouped.begin() + 1, group);
  grouped[2] /= group;
  TACIT_ASSIGN(x, e.reshaped(std::move(x), grouped));
  TACIT_ASSIGN(const std::vector<size_t> kernel, unfold_window(e, x, window, 3));

  // The weights follow the input's labels: [groups…, features / group] × [channels…] × kernel axes, channels
  // fastest.
  std::vector<std::vector<uint32_t>> factors(weights->rank());
  for (uint32_t label : x.axes[1]) factors[0].push_back(static_cast<uint32_t>(x.length(label)));
  factors[0].push_back(static_cast<uint32_t>(weights->shape()[0] / group));
  for (uint32_t label : x.axes[2]) factors[1].push_back(static_cast<uint32_t>(x.length(label)));
  std::vector<uint32_t> order(factors[0].size());
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = 0; i < kernel.size(); ++i) {
    factors[2 + i] = {static_cast<uint32_t>(window.kernel[i])};
    order.push_back(static_cast<uint32_t>(factors[0].size() + factors[1].size() + i));
  }
  for (uint32_t k : by_label(x.axes[2])) order.push_back(static_cast<uint32_t>(factors[0].size()) + k);
  TACIT_ASSIGN(const Form w, e.weights(weights, EmitContext::kWeightBits, INT_MIN, factors, order));

  std::vector<Shared> shared;
  std::vector<uint32_t> inner = x.axes[2];
  for (size_t k = 0; k < x.axes[1].size(); ++k) shared.push_back({x.axes[1][k], w.axes[0][k]});
  for (size_t k = 0; k < x.axes[2].size(); ++k) shared.push_back({x.axes[2][k], w.axes[1][k]});
  for (size_t i = 0; i < kernel.size(); ++i) {
    shared.push_back({static_cast<uint32_t>(kernel[i]), w.axes[2 + i][0]});
    inner.push_back(static_cast<uint32_t>(kernel[i]));
  }
  TACIT_ASSIGN(Product product, e.contract(x, w, shared, inner));
  Form y = std::move(product.form);
  auto moved = [&](std::vector<uint32_t> labels) {
    for (uint32_t& label : labels) label = product.from_a[label];
    return labels;
  };
  y.axes = {moved(x.axes[0]), moved(x.axes[1])};
  y.axes[1].push_back(product.from_c[w.axes[0].back()]);
  for (size_t axis = 3; axis < x.axes.size(); ++axis) y.axes.push_back(moved(x.axes[axis]));
  y.spread = e.spread(node.outputs[0]);
  TACIT_ASSIGN(y, plus_bias(e, node, std::move(y)));
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

TACIT_OPERATORS(conv) {
  using enum AttributeType;
  table.add({.name = "Conv",
             .opsets = {7, 26},
             .inputs = {2, 3},
             .attributes = {{"auto_pad", kString},
                            {"dilations", kInts},
                            {"group", kInt},
                            {"kernel_shape", kInts},
                            {"pads", kInts},
                            {"strides", kInts}},
             .shape = shape_conv,
             .eval = eval_conv,
             .emit = emit_conv});
}

}  // namespace tacit::model
