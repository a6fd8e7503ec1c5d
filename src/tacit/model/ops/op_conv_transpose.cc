// ConvTranspose over any number of spatial axes, with groups:
//   Y[n, m, o] = B[m] + Σ_{c, i, k : i·stride + k·dilation = o + pad} X[n, c, i] · W[c, m, k]
//
// As a contraction: o + pad = stride·u + ρ with 0 ≤ ρ < stride, and likewise k = stride·κ + ρ, so that i = u − κ:
//   Z[m, u, ρ] = Σ_{c, κ} X[c, u − κ] · W[c, m, stride·κ + ρ]
// where what lies outside X or W is zero. Dilated kernels have zeros between their elements.
#include <numeric>

#include "tacit/model/ops/common.h"
#include "tacit/model/ops/move.h"

namespace tacit::model {
namespace {

// One entry per spatial axis.
struct Geometry {
  Shape input, kernel, strides, dilations, pads_begin, output;
};

Result<Shape> list_of(const Args& args, std::string_view name, size_t length, int64_t least) {
  Shape list = args.node().integers(name);
  if (list.empty()) list.assign(length, least);
  if (list.size() != length)
    return args.refuse(Code::kBadModel, std::string(name) + " must have " + std::to_string(length) + " entries");
  for (int64_t v : list)
    if (v < least || v > kMaxElements)
      return args.refuse(Code::kBadModel, std::string(name) + " has the entry " + std::to_string(v));
  return list;
}

Result<Geometry> read_geometry(const Args& args) {
  const Shape& x = args.shape(0);
  const Shape& w = args.shape(1);
  const size_t n = x.size() - 2;
  Geometry g{.input = Shape(x.begin() + 2, x.end()), .kernel = Shape(w.begin() + 2, w.end())};
  const Shape declared = args.node().integers("kernel_shape");
  if (!declared.empty() && declared != g.kernel)
    return args.refuse(Code::kBadModel, "kernel_shape contradicts the weights " + shape_text(w));
  TACIT_ASSIGN(g.strides, list_of(args, "strides", n, 1));
  TACIT_ASSIGN(g.dilations, list_of(args, "dilations", n, 1));
  TACIT_ASSIGN(const Shape extra, list_of(args, "output_padding", n, 0));
  TACIT_ASSIGN(const Shape pads, list_of(args, "pads", 2 * n, 0));
  const Shape wanted = args.node().integers("output_shape");
  const std::string automatic = args.node().text("auto_pad", "NOTSET");
  const bool same = automatic == "SAME_UPPER" || automatic == "SAME_LOWER";
  if (!same && automatic != "NOTSET" && automatic != "VALID" && !automatic.empty())
    return args.refuse(Code::kBadModel, "auto_pad has the unknown value '" + printable(automatic) + "'");
  if (!wanted.empty() && wanted.size() != n) return args.refuse(Code::kBadModel, "output_shape lists the spatial axes");
  for (size_t i = 0; i < n; ++i) {
    if (g.kernel[i] < 1 || g.input[i] < 1) return args.refuse(Code::kBadModel, "an axis is empty");
    const int64_t full = (g.input[i] - 1) * g.strides[i] + extra[i] + (g.kernel[i] - 1) * g.dilations[i] + 1;
    int64_t begin = automatic == "VALID" ? 0 : pads[i], end = automatic == "VALID" ? 0 : pads[n + i];
    int64_t out = full - begin - end;
    if (same || !wanted.empty()) {
      // An output longer than all that the input reaches ends with nothing but the bias.
      out = wanted.empty() ? g.input[i] * g.strides[i] : wanted[i];
      const int64_t total = std::max<int64_t>(full - out, 0);
      begin = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
    }
    if (out < 1 || out > kMaxElements) return args.refuse(Code::kBadModel, "the padding leaves nothing");
    g.pads_begin.push_back(begin);
    g.output.push_back(out);
  }
  return g;
}

Result<Types> shape_conv_transpose(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0, 1, 2}));
  const Shape& x = args.shape(0);
  const Shape& w = args.shape(1);
  if (x.size() < 3 || w.size() != x.size())
    return args.refuse(Code::kBadModel, "the input and the weights must have the same number of axes, at least 3");
  const int64_t group = args.node().integer("group", 1);
  if (group < 1 || group > kMaxElements || w[0] != x[1] || w[0] % group != 0)
    return args.refuse(Code::kBadModel, "group " + std::to_string(group) + " doesn't fit the input " + shape_text(x) +
                                            " and the weights " + shape_text(w));
  if (args.has(2) && args.shape(2) != Shape{w[1] * group})
    return args.refuse(Code::kBadModel, "the bias must have the shape " + shape_text({w[1] * group}));
  TACIT_ASSIGN(const Geometry g, read_geometry(args));
  Shape y = {x[0], w[1] * group};
  y.insert(y.end(), g.output.begin(), g.output.end());
  return Types{{args.type(0).dtype, std::move(y)}};
}

// Adds X · W of one kernel element at a time, wherever it lands inside the output.
Result<Tensors> eval_conv_transpose(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const Geometry g, read_geometry(args));
  const Shape& w_shape = args.shape(1);
  const int64_t channels = w_shape[0], group_features = w_shape[1], group = args.node().integer("group", 1);
  const int64_t features = group_features * group, group_channels = channels / group;
  const int64_t n_in = span_size(g.input, 0, g.input.size()), n_out = span_size(g.output, 0, g.output.size());
  const int64_t n_kernel = span_size(g.kernel, 0, g.kernel.size());
  Tensor y(outputs[0]);
  if (args.has(2))
    for (size_t i = 0; i < y.size(); ++i)
      y.reals()[i] = args.tensor(2).reals()[i / static_cast<size_t>(n_out) % static_cast<size_t>(features)];
  const Shape out_steps = row_major_strides(g.output), in_steps = row_major_strides(g.input);
  const Shape kernel_steps = row_major_strides(g.kernel);
  for (int64_t k = 0; k < n_kernel; ++k)
    for (int64_t i = 0; i < n_in; ++i) {
      int64_t to = 0;
      for (size_t a = 0; a < g.input.size() && to >= 0; ++a) {
        const int64_t at = i / in_steps[a] % g.input[a] * g.strides[a] +
                           k / kernel_steps[a] % g.kernel[a] * g.dilations[a] - g.pads_begin[a];
        to = at < 0 || at >= g.output[a] ? -1 : to + at * out_steps[a];
      }
      if (to < 0) continue;
      for (int64_t n = 0; n < args.shape(0)[0]; ++n)
        for (int64_t c = 0; c < channels; ++c)
          for (int64_t m = 0; m < group_features; ++m)
            y.reals()[static_cast<size_t>((n * features + c / group_channels * group_features + m) * n_out + to)] +=
                args.tensor(0).reals()[static_cast<size_t>((n * channels + c) * n_in + i)] *
                args.tensor(1).reals()[static_cast<size_t>((c * group_features + m) * n_kernel + k)];
    }
  return Tensors{std::move(y)};
}

// The weights with zeros between their elements, where the kernel is dilated.
std::shared_ptr<const Tensor> dense(std::shared_ptr<const Tensor> w, Geometry& g) {
  Shape shape(w->shape().begin(), w->shape().begin() + 2), strides;
  bool dilated = false;
  for (size_t i = 0; i < g.kernel.size(); ++i) {
    shape.push_back((g.kernel[i] - 1) * g.dilations[i] + 1);
    dilated = dilated || shape.back() != g.kernel[i];
    g.kernel[i] = shape.back();
  }
  if (!dilated) return w;
  strides = row_major_strides(shape);
  for (size_t i = 0; i < g.kernel.size(); ++i) strides[2 + i] *= g.dilations[i];
  Tensor out(ValueType{w->dtype(), shape});
  walk(w->shape(), std::array<Shape, 1>{strides},
       [&](size_t i, const auto& at) { out.reals()[static_cast<size_t>(at[0])] = w->reals()[i]; });
  return std::make_shared<const Tensor>(std::move(out));
}

// Renames form.labels so that axis `axis`'s index o reads Z at (u, ρ) with stride·u + ρ = o + pad. The form's axis is
// [u, ρ] on entry; on return it has the labels of ⌈output / stride⌉ and stride, the whole being at least `output` long.
Form cropped(Form z, size_t axis, int64_t stride, int64_t pad, int64_t output) {
  const uint32_t u = z.axes[axis][0], rho = z.axes[axis][1];
  const auto periods = static_cast<uint32_t>((output + stride - 1) / stride);
  const int64_t whole = pad / stride, part = pad % stride;
  // The phases of one period come from two: those that stay in it, and those that wrap around.
  Form first = z;
  resample(first, u, whole, 1, periods);
  resample(first, rho, part, 1, static_cast<uint32_t>(stride));
  if (part == 0) return first;
  Form second = std::move(z);
  resample(second, u, whole + 1, 1, periods);
  resample(second, rho, part - stride, 1, static_cast<uint32_t>(stride));
  const Bounds bounds = first.bounds;
  first = plus(std::move(first), second);
  first.bounds = bounds;  // one of the two is zero
  return first;
}

// Gives the form a label for X's index u − κ and one for κ: returns the label of κ, which stands after that of u.
uint32_t slide(Form& x, uint32_t label, uint32_t n_out, uint32_t n_kernel) {
  return unfold(x, label, 1, -1, 0, n_out, n_kernel);
}

struct PhasedWeights {
  Form form;
  std::vector<uint32_t> rho;  // the label of ρ for each spatial axis; that of κ is the axis' first
  size_t n_channels;          // labels of the input's groups and channels
};

// Weights stored [kernel…, features, channels…], the first axis cut like the input's groups and channels.
Result<PhasedWeights> phased_weights(EmitContext& e, const std::shared_ptr<const Tensor>& weights, const Form& x,
                                     const Geometry& g) {
  std::vector<std::vector<uint32_t>> factors(weights->rank());
  for (size_t axis : {1, 2})
    for (uint32_t label : x.axes[axis]) factors[0].push_back(static_cast<uint32_t>(x.length(label)));
  const size_t n = g.kernel.size(), n_channels = factors[0].size();
  factors[1] = {static_cast<uint32_t>(weights->shape()[1])};
  std::vector<uint32_t> order;
  for (size_t i = 0; i < n; ++i) {
    factors[2 + i] = {static_cast<uint32_t>(g.kernel[i])};
    order.push_back(static_cast<uint32_t>(n_channels + 1 + i));
  }
  order.push_back(static_cast<uint32_t>(n_channels));
  for (uint32_t k = 0; k < n_channels; ++k) order.push_back(k);
  PhasedWeights out{.form = {}, .rho = std::vector<uint32_t>(n), .n_channels = n_channels};
  TACIT_ASSIGN(out.form, e.weights(weights, EmitContext::kWeightBits, INT_MIN, factors, order));
  for (size_t i = 0; i < n; ++i) {
    // k = stride·κ + ρ; beyond the kernel the weights read as zero.
    const uint32_t label = out.form.axes[2 + i][0];
    const int64_t taps = (g.kernel[i] + g.strides[i] - 1) / g.strides[i];
    out.rho[i] =
        unfold(out.form, label, g.strides[i], 1, 0, static_cast<uint32_t>(taps), static_cast<uint32_t>(g.strides[i]));
    for (size_t j = 0; j < i; ++j) out.rho[j] += out.rho[j] >= out.rho[i];
  }
  return out;
}

Status emit_conv_transpose(EmitContext& e, const Node& node) {
  const Args args = emit_args(e, node);
  TACIT_ASSIGN(Geometry g, read_geometry(args));
  if (args.known(1) == nullptr) return e.refuse(Code::kUnsupported, "the weights of a convolution must be constant");
  const auto weights = dense(e.constant(node.inputs[1]), g);
  const int64_t group = node.integer("group", 1);
  const size_t n = g.kernel.size();
  TACIT_ASSIGN(Form x, e.operand(node.inputs[0]));
  Shape grouped = x.shape();
  grouped.insert(grouped.begin() + 1, group);
  grouped[2] /= group;
  TACIT_ASSIGN(x, e.reshaped(std::move(x), grouped));
  bool solid = true;
  for (size_t i = 0; i < n; ++i) {
    TACIT_ASSIGN(const uint32_t label, e.single_label(x, 3 + i));
    solid = solid && vanishes_outside(e.system(), x, label);
  }
  if (!solid) x = e.solid(x);
  std::vector<uint32_t> kappa(n);
  for (size_t i = 0; i < n; ++i) {
    const int64_t taps = (g.kernel[i] + g.strides[i] - 1) / g.strides[i];
    kappa[i] = slide(x, x.axes[3 + i][0], static_cast<uint32_t>(g.input[i] + taps - 1), static_cast<uint32_t>(taps));
    for (size_t j = 0; j < i; ++j) kappa[j] += kappa[j] >= kappa[i];
  }

  TACIT_ASSIGN(const PhasedWeights cut, phased_weights(e, weights, x, g));
  const Form& w = cut.form;
  const size_t n_groups = x.axes[1].size(), n_channels = cut.n_channels;

  std::vector<Shared> shared;
  std::vector<uint32_t> inner = x.axes[2];
  for (size_t k = 0; k < n_groups; ++k) shared.push_back({x.axes[1][k], w.axes[0][k]});
  for (size_t k = n_groups; k < n_channels; ++k) shared.push_back({x.axes[2][k - n_groups], w.axes[0][k]});
  for (size_t i = 0; i < n; ++i) {
    shared.push_back({kappa[i], w.axes[2 + i][0]});
    inner.push_back(kappa[i]);
  }
  TACIT_ASSIGN(Product product, e.contract(x, w, shared, inner));
  Form y = std::move(product.form);
  auto moved = [&](std::vector<uint32_t> labels) {
    for (uint32_t& label : labels) label = product.from_a[label];
    return labels;
  };
  y.axes = {moved(x.axes[0]), moved(x.axes[1])};
  for (uint32_t label : w.axes[1]) y.axes[1].push_back(product.from_c[label]);
  for (size_t i = 0; i < n; ++i) {
    y.axes.push_back(moved(x.axes[3 + i]));
    y.axes.back().push_back(product.from_c[cut.rho[i]]);
  }
  for (size_t i = 0; i < n; ++i) y = cropped(std::move(y), 2 + i, g.strides[i], g.pads_begin[i], g.output[i]);
  y.spread = e.spread(node.outputs[0]);
  const Shape& shape = e.graph().type(node.outputs[0]).shape;
  if (y.shape() != shape) {
    // The last period is not whole.
    TACIT_ASSIGN(y, leading_part(e, std::move(y), shape));
  }
  TACIT_ASSIGN(y, plus_bias(e, node, std::move(y)));
  return e.set(node.outputs[0], std::move(y));
}

}  // namespace

TACIT_OPERATORS(conv_transpose) {
  using enum AttributeType;
  table.add({.name = "ConvTranspose",
             .opsets = {7, 26},
             .inputs = {2, 3},
             .attributes = {{"auto_pad", kString},
                            {"dilations", kInts},
                            {"group", kInt},
                            {"kernel_shape", kInts},
                            {"output_padding", kInts},
                            {"output_shape", kInts},
                            {"pads", kInts},
                            {"strides", kInts}},
             .shape = shape_conv_transpose,
             .eval = eval_conv_transpose,
             .emit = emit_conv_transpose});
}

}  // namespace tacit::model
