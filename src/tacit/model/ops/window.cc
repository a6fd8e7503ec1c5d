#include "tacit/model/ops/window.h"

#include <algorithm>

#include "tacit/model/ops/common.h"

namespace tacit::model {

int64_t Window::n_outputs() const { return span_size(output, 0, output.size()); }
int64_t Window::n_kernel() const { return span_size(kernel, 0, kernel.size()); }

std::vector<int64_t> Window::taps(int64_t kernel_element) const {
  const size_t n = kernel.size();
  // Per axis: the input position under each output position.
  std::vector<std::vector<int64_t>> axis_taps(n);
  for (size_t axis = n; axis-- > 0;) {
    const int64_t k = kernel_element % kernel[axis];
    kernel_element /= kernel[axis];
    for (int64_t o = 0; o < output[axis]; ++o) {
      const int64_t at = o * strides[axis] - pads_begin[axis] + k * dilations[axis];
      const bool inside = at >= 0 && at < input[axis];
      axis_taps[axis].push_back(inside ? at : at < input[axis] + pads_end[axis] ? kPadding : kOutside);
    }
  }
  const Shape steps = row_major_strides(input);
  std::vector<int64_t> flat = {0};
  for (size_t axis = 0; axis < n; ++axis) {
    std::vector<int64_t> next;
    next.reserve(flat.size() * axis_taps[axis].size());
    for (int64_t base : flat) {
      for (int64_t at : axis_taps[axis]) {
        next.push_back(base < 0 || at < 0 ? std::min({base, at, int64_t{kPadding}}) : base + at * steps[axis]);
      }
    }
    flat = std::move(next);
  }
  return flat;
}

namespace {

// A list attribute with entries in [least, kMaxElements]; all are `least` where it is absent.
Result<Shape> read_list(const Args& args, std::string_view name, size_t length, int64_t least) {
  Shape list = args.node().integers(name);
  if (list.empty()) list.assign(length, least);
  if (list.size() != length) {
    return args.refuse(Code::kBadModel, std::string(name) + " must have " + std::to_string(length) + " entries");
  }
  for (int64_t v : list) {
    if (v < least || v > kMaxElements) {
      return args.refuse(v < least ? Code::kBadModel : Code::kTooLarge,
                         std::string(name) + " has the entry " + std::to_string(v));
    }
  }
  return list;
}

enum class AutoPad : uint8_t { kExplicit, kSameUpper, kSameLower, kValid };

Result<AutoPad> read_auto_pad(const Args& args) {
  const std::string text = args.node().text("auto_pad", "NOTSET");
  if (text == "NOTSET" || text.empty()) return AutoPad::kExplicit;
  if (text == "SAME_UPPER") return AutoPad::kSameUpper;
  if (text == "SAME_LOWER") return AutoPad::kSameLower;
  if (text == "VALID") return AutoPad::kValid;
  return args.refuse(Code::kBadModel, "auto_pad has the unknown value '" + printable(text) + "'");
}

int64_t ceil_divide(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

Result<Window> read_window(const Args& args, const Shape& kernel) {
  const Shape& x = args.shape(0);
  const size_t n = kernel.size();
  TACIT_TRY(element_count(kernel, args.node().place()));
  Window w{.input = Shape(x.begin() + 2, x.end()), .kernel = kernel};
  TACIT_ASSIGN(w.strides, read_list(args, "strides", n, 1));
  TACIT_ASSIGN(w.dilations, read_list(args, "dilations", n, 1));
  TACIT_ASSIGN(const AutoPad auto_pad, read_auto_pad(args));
  TACIT_ASSIGN(Shape pads, read_list(args, "pads", 2 * n, 0));
  if (auto_pad != AutoPad::kExplicit) pads.assign(2 * n, 0);
  w.pads_begin.assign(pads.begin(), pads.begin() + static_cast<std::ptrdiff_t>(n));
  w.pads_end.assign(pads.begin() + static_cast<std::ptrdiff_t>(n), pads.end());
  const bool ceil = args.node().integer("ceil_mode", 0) != 0;
  for (size_t i = 0; i < n; ++i) {
    if (kernel[i] < 1) return args.refuse(Code::kBadModel, "the kernel is empty: " + shape_text(kernel));
    const int64_t extent = (kernel[i] - 1) * w.dilations[i] + 1;
    if (auto_pad == AutoPad::kSameUpper || auto_pad == AutoPad::kSameLower) {
      const int64_t out = ceil_divide(w.input[i], w.strides[i]);
      const int64_t total = std::max<int64_t>((out - 1) * w.strides[i] + extent - w.input[i], 0);
      w.pads_begin[i] = auto_pad == AutoPad::kSameUpper ? total / 2 : total - total / 2;
      w.pads_end[i] = total - w.pads_begin[i];
    }
    const int64_t room = w.input[i] + w.pads_begin[i] + w.pads_end[i] - extent;
    if (room < 0) return args.refuse(Code::kBadModel, "the window is larger than the padded input " + shape_text(x));
    int64_t out = (ceil ? ceil_divide(room, w.strides[i]) : room / w.strides[i]) + 1;
    if (ceil && (out - 1) * w.strides[i] >= w.input[i] + w.pads_begin[i]) --out;
    w.output.push_back(out);
  }
  return w;
}

Result<std::vector<size_t>> unfold_window(EmitContext& context, Form& form, const Window& window, size_t first) {
  const size_t n = window.kernel.size();
  bool solid = true;
  for (size_t i = 0; i < n; ++i) {
    TACIT_ASSIGN(const uint32_t label, context.single_label(form, first + i));
    const int64_t last = (window.output[i] - 1) * window.strides[i] + (window.kernel[i] - 1) * window.dilations[i];
    const bool padded = window.pads_begin[i] > 0 || last - window.pads_begin[i] >= window.input[i];
    solid = solid && (!padded || vanishes_outside(context.system(), form, label));
  }
  if (!solid) form = context.solid(form);
  std::vector<size_t> kernel(n);
  for (size_t i = 0; i < n; ++i) {
    const uint32_t label = form.axes[first + i][0];
    kernel[i] = unfold(form, label, window.strides[i], window.dilations[i], window.pads_begin[i],
                       static_cast<uint32_t>(window.output[i]), static_cast<uint32_t>(window.kernel[i]));
    for (size_t j = 0; j < i; ++j) kernel[j] += kernel[j] >= kernel[i];  // labels from there on moved up
  }
  return kernel;
}

}  // namespace tacit::model
