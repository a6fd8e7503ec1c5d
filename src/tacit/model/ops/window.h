// The sliding window of Conv and the pooling operators over n spatial axes.
//
//   output[o] = floor or ceil((input + pad_begin + pad_end − ((kernel − 1) · dilation + 1)) / stride) + 1
//
// With ceil a last window that would start beyond input + pad_begin is dropped.
#pragma once

#include "tacit/model/ops/operator.h"
#include "tacit/model/quant/emit.h"

namespace tacit::model {

// All members have one entry per spatial axis.
struct Window {
  Shape input;
  Shape kernel;
  Shape strides;
  Shape dilations;
  Shape pads_begin;
  Shape pads_end;
  Shape output;

  int64_t n_outputs() const;
  int64_t n_kernel() const;

  static constexpr int64_t kPadding = -1;  // a tap in the declared padding
  static constexpr int64_t kOutside = -2;  // a tap beyond it (ceil mode)
  // For one kernel element (flat, row-major): the flat spatial input position under each output position,
  // kPadding or kOutside.
  std::vector<int64_t> taps(int64_t kernel_element) const;
};

// Reads strides, dilations, pads, auto_pad and ceil_mode of a node. Requires rank(0) = 2 + kernel.size().
// Errors: kBadModel for lists of the wrong length or values outside their domain, a window larger than the
// padded input; kTooLarge.
Result<Window> read_window(const Args& args, const Shape& kernel);

// Unfolds the spatial axes of a form, from logical axis `first` on: output positions stay on the axes, kernel
// positions become labels of their own, which are returned. Makes cells where padding needs them.
Result<std::vector<size_t>> unfold_window(EmitContext& context, Form& form, const Window& window, size_t first);

}  // namespace tacit::model
