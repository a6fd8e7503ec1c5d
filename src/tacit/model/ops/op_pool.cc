// AveragePool, MaxPool, GlobalAveragePool, GlobalMaxPool: one value per window and channel.
#include <algorithm>
#include <cmath>

#include "tacit/model/ops/common.h"
#include "tacit/model/ops/window.h"

namespace tacit::model {
namespace {

Result<Window> pool_window(const Args& args) {
  const Shape kernel = args.node().integers("kernel_shape");
  if (kernel.empty() || args.rank(0) != kernel.size() + 2) {
    return args.refuse(Code::kBadModel,
                       "kernel_shape must have one entry per spatial axis of the input " + shape_text(args.shape(0)));
  }
  return read_window(args, kernel);
}

Result<Types> pool_types(const Args& args) {
  TACIT_ASSIGN(const Window window, pool_window(args));
  Shape y = {args.shape(0)[0], args.shape(0)[1]};
  y.insert(y.end(), window.output.begin(), window.output.end());
  return Types{{args.type(0).dtype, std::move(y)}};
}

Result<Types> shape_average_pool(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0}));
  return pool_types(args);
}

Result<Types> shape_max_pool(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kNumber, {0}));
  return pool_types(args);
}

// Every window: the mean over its elements inside the input, or inside input and padding (count_include_pad).
Result<Tensors> eval_average_pool(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const Window window, pool_window(args));
  const bool count_padding = args.node().integer("count_include_pad", 0) != 0;
  const size_t n_in = static_cast<size_t>(span_size(window.input, 0, window.input.size()));
  const size_t n_out = static_cast<size_t>(window.n_outputs());
  Tensor y(outputs[0]);
  const size_t rows = n_out == 0 ? 0 : y.size() / n_out;
  std::vector<int64_t> counts(n_out);
  for (int64_t k = 0; k < window.n_kernel(); ++k) {
    const std::vector<int64_t> taps = window.taps(k);
    for (size_t o = 0; o < n_out; ++o) counts[o] += taps[o] >= 0 || (taps[o] == Window::kPadding && count_padding);
    for (size_t row = 0; row < rows; ++row) {
      const std::span<const double> in = args.tensor(0).reals().subspan(row * n_in, n_in);
      const std::span<double> out = y.reals().subspan(row * n_out, n_out);
      for (size_t o = 0; o < n_out; ++o) out[o] += taps[o] < 0 ? 0 : in[static_cast<size_t>(taps[o])];
    }
  }
  for (size_t i = 0; i < y.size(); ++i) {
    if (counts[i % n_out] != 0) y.reals()[i] /= static_cast<double>(counts[i % n_out]);
  }
  return Tensors{std::move(y)};
}

// A window that lies in the padding altogether has no maximum.
template <class T>
Result<std::vector<T>> max_pool(const Args& args, const Window& window, std::span<const T> x, size_t rows) {
  const size_t n_in = static_cast<size_t>(span_size(window.input, 0, window.input.size()));
  const size_t n_out = static_cast<size_t>(window.n_outputs());
  std::vector<T> y(rows * n_out);
  std::vector<bool> seen(n_out);
  for (int64_t k = 0; k < window.n_kernel(); ++k) {
    const std::vector<int64_t> taps = window.taps(k);
    for (size_t o = 0; o < n_out; ++o) {
      if (taps[o] < 0) continue;
      for (size_t row = 0; row < rows; ++row) {
        const T value = x[row * n_in + static_cast<size_t>(taps[o])];
        T& best = y[row * n_out + o];
        if (!seen[o] || value > best) best = value;
      }
      seen[o] = true;
    }
  }
  if (std::find(seen.begin(), seen.end(), false) != seen.end()) {
    return args.refuse(Code::kBadModel, "a window lies in the padding altogether");
  }
  return y;
}

Result<Tensors> eval_max_pool(const Args& args, const Types& outputs) {
  TACIT_ASSIGN(const Window window, pool_window(args));
  const ValueType& type = outputs[0];
  const size_t rows = static_cast<size_t>(type.shape[0] * type.shape[1]);
  if (is_real(type.dtype)) {
    TACIT_ASSIGN(std::vector<double> y, max_pool(args, window, args.tensor(0).reals(), rows));
    return Tensors{Tensor(type, std::move(y))};
  }
  TACIT_ASSIGN(std::vector<int64_t> y, max_pool(args, window, args.tensor(0).ints(), rows));
  return Tensors{Tensor(type, std::move(y))};
}

Result<Types> shape_global(const Args& args) {
  TACIT_TRY(one_type(args, Kind::kReal, {0}));
  const Shape& x = args.shape(0);
  if (x.size() < 3 || span_size(x, 2, x.size()) == 0) {
    return args.refuse(Code::kBadModel, "the input needs spatial axes that are not empty, not " + shape_text(x));
  }
  Shape y(x.size(), 1);
  std::copy(x.begin(), x.begin() + 2, y.begin());
  return Types{{args.type(0).dtype, std::move(y)}};
}

Result<Tensors> eval_global_average(const Args& args, const Types& outputs) {
  Tensor y(outputs[0]);
  const size_t n = y.size() == 0 ? 0 : args.tensor(0).size() / y.size();
  for (size_t row = 0; row < y.size(); ++row) {
    double sum = 0;
    for (double v : args.tensor(0).reals().subspan(row * n, n)) sum += v;
    y.reals()[row] = sum / static_cast<double>(n);
  }
  return Tensors{std::move(y)};
}

Result<Tensors> eval_global_max(const Args& args, const Types& outputs) {
  Tensor y(outputs[0]);
  const size_t n = y.size() == 0 ? 0 : args.tensor(0).size() / y.size();
  for (size_t row = 0; row < y.size(); ++row) {
    const std::span<const double> in = args.tensor(0).reals().subspan(row * n, n);
    y.reals()[row] = *std::max_element(in.begin(), in.end());
  }
  return Tensors{std::move(y)};
}

// The axis of form i of a pooled value shrunk to one tap of its window, all output positions at once.
Result<Form> tap(EmitContext& e, Form form, size_t axis, const Window& window, size_t i, int64_t k) {
  TACIT_ASSIGN(const uint32_t label, e.single_label(form, axis));
  resample(form, label, k * window.dilations[i] - window.pads_begin[i], window.strides[i],
           static_cast<uint32_t>(window.output[i]));
  return form;
}

// Does any window reach beyond the input along spatial axis i?
bool is_padded(const Window& window, size_t i) {
  const int64_t last = (window.output[i] - 1) * window.strides[i] + (window.kernel[i] - 1) * window.dilations[i];
  return window.pads_begin[i] > 0 || last - window.pads_begin[i] >= window.input[i];
}

bool is_padded(const Window& window) {
  bool any = false;
  for (size_t i = 0; i < window.kernel.size(); ++i) any = any || is_padded(window, i);
  return any;
}

// Makes spatial axis i one label, which vanishes outside if the window needs it.
Status prepare(EmitContext& e, Form& x, const Window& window, size_t i) {
  TACIT_ASSIGN(const uint32_t label, e.single_label(x, 2 + i));
  if (is_padded(window, i) && !vanishes_outside(e.system(), x, label)) x = e.solid(x);
  return {};
}

// The sum over the window, axis by axis, times 1 / its size: all linear.
Status emit_average_pool(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(const Window window, pool_window(emit_args(e, node)));
  const bool padded = is_padded(window);
  if (padded && node.integer("count_include_pad", 0) == 0)
    return e.refuse(Code::kUnsupported, "an average over windows of different sizes (count_include_pad = 0)");
  if (padded && node.integer("ceil_mode", 0) != 0)
    return e.refuse(Code::kUnsupported, "an average over windows that ceil_mode cuts");
  TACIT_ASSIGN(Form sum, padded ? e.operand(node.inputs[0]) : e.form(node.inputs[0]));
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    TACIT_TRY(prepare(e, sum, window, i));
    TACIT_ASSIGN(Form total, tap(e, sum, 2 + i, window, i, 0));
    for (int64_t k = 1; k < window.kernel[i]; ++k) {
      TACIT_ASSIGN(Form next, tap(e, sum, 2 + i, window, i, k));
      total = plus(std::move(total), next);
    }
    sum = std::move(total);
  }
  TACIT_ASSIGN(sum, e.divided(std::move(sum), window.n_kernel()));
  return e.set(node.outputs[0], std::move(sum));
}

Status emit_global_average(EmitContext& e, const Node& node) {
  std::vector<bool> reduced(e.graph().type(node.inputs[0]).shape.size(), true);
  reduced[0] = reduced[1] = false;
  TACIT_ASSIGN(Form sum, e.sum_over(node.inputs[0], reduced));
  const Shape& x = e.graph().type(node.inputs[0]).shape;
  TACIT_ASSIGN(sum, e.divided(std::move(sum), span_size(x, 2, x.size())));
  return e.set(node.outputs[0], std::move(sum));
}

// max(a, b) = b + max(a − b, 0) along one axis after the other.
Status emit_max_pool(EmitContext& e, const Node& node) {
  if (node.outputs.size() > 1 && node.outputs[1] != kNoValue)
    return e.refuse(Code::kUnsupported, "the indices of a maximum");
  TACIT_ASSIGN(const Window window, pool_window(emit_args(e, node)));
  TACIT_ASSIGN(Form x, e.operand(node.inputs[0]));
  // Padding reads as zero, which must not win: values that may be negative are moved up by the least one.
  const int64_t least = is_padded(window) && x.bounds.low < 0 ? static_cast<int64_t>(x.bounds.low) : 0;
  if (least != 0) x = e.solid(shifted(std::move(x), -least));
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    TACIT_TRY(prepare(e, x, window, i));
    TACIT_ASSIGN(Form best, tap(e, x, 2 + i, window, i, 0));
    for (int64_t k = 1; k < window.kernel[i]; ++k) {
      TACIT_ASSIGN(Form next, tap(e, x, 2 + i, window, i, k));
      TACIT_ASSIGN(best, e.maximum(std::move(next), std::move(best)));
    }
    x = std::move(best);
  }
  return e.set(node.outputs[0], shifted(std::move(x), least));
}

Status emit_global_max(EmitContext& e, const Node& node) {
  TACIT_ASSIGN(Form x, e.operand(node.inputs[0]));
  for (size_t axis = 2; axis < x.axes.size(); ++axis) {
    TACIT_ASSIGN(x, largest_along(e, std::move(x), axis));
  }
  return e.set(node.outputs[0], std::move(x));
}

}  // namespace

TACIT_OPERATORS(pool) {
  using enum AttributeType;
  const std::vector<AttributeRule> window = {{"auto_pad", kString},   {"ceil_mode", kInt}, {"dilations", kInts},
                                             {"kernel_shape", kInts}, {"pads", kInts},     {"strides", kInts}};
  std::vector<AttributeRule> average = window;
  average.push_back({"count_include_pad", kInt});
  std::vector<AttributeRule> max = window;
  max.push_back({"storage_order", kInt});  // orders the indices output only
  table.add({.name = "AveragePool",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .attributes = average,
             .shape = shape_average_pool,
             .eval = eval_average_pool,
             .emit = emit_average_pool});
  table.add({.name = "MaxPool",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .attributes = max,
             .shape = shape_max_pool,
             .eval = eval_max_pool,
             .emit = emit_max_pool});
  table.add({.name = "GlobalAveragePool",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .shape = shape_global,
             .eval = eval_global_average,
             .emit = emit_global_average});
  table.add({.name = "GlobalMaxPool",
             .opsets = {7, 26},
             .inputs = {1, 1},
             .shape = shape_global,
             .eval = eval_global_max,
             .emit = emit_global_max});
}

}  // namespace tacit::model
