// Forms: what a value of the graph is while the integer program is being built.
//
//   real[x] = 2^exponent · Σ_t coefficient_t · source_t[maps_t(x)] + constant
//
// A form is a linear view (statement/system.h) of cells and accumulators over labels of its own, so that
// everything linear (adding, padding, slicing, transposing, reshaping, summing windows) costs nothing until
// somebody needs cells.
//
// Vocabulary
//   label        an axis of the view; label 0 is always the axis of samples (length 1 in a template); the
//   order of the
//                labels is the order in which cells of this value are stored, the last label fastest
//   logical axis an axis of the ONNX value (of one sample): a list of labels, most significant first; an axis
//   of
//                length 1 has none, a flattened axis has several. A reshape regroups or splits labels.
//   bounds       an interval that contains every integer of the view; a fact about the semantics, from shapes
//   and
//                declared types only
#pragma once

#include <cstdint>
#include <vector>

#include "tacit/model/graph/tensor.h"
#include "tacit/statement/check.h"
#include "tacit/statement/system.h"

namespace tacit::model {

using Bounds = statement::WideInterval;

// The reals that a value takes over the calibration samples; all zero where nothing is known.
struct Spread {
  double low = 0;
  double high = 0;
};

struct Form {
  statement::Space labels{{statement::batch_axis()}};
  std::vector<std::vector<uint32_t>> axes;
  statement::View view;
  int exponent = 0;
  Bounds bounds;
  Spread spread;
  bool exact = false;  // an integer value: never rounded, never saturated

  int64_t length(uint32_t label) const { return labels.axes[label].length; }
  // Lengths of the logical axes.
  Shape shape() const;
  // Labels of all logical axes in row-major order.
  std::vector<uint32_t> row_major() const;
  // For each label the distance of neighbours in the row-major logical tensor; label 0 steps by one sample.
  std::vector<int64_t> strides() const;
};

// The same labels with the strips that their cells, lookups and contractions use.
statement::Space laid_out(statement::Space labels);
// Largest absolute value in the bounds.
__int128 magnitude(Bounds bounds);
// Does any term of the view read this label?
bool uses(const statement::View& view, uint32_t label);
// The view with label i renamed map[i].
statement::View relabelled(statement::View view, const std::vector<uint32_t>& map);

// Adds a label that nothing reads, and moves the labels from `at` on up by one.
void insert_label(Form& form, uint32_t at, uint32_t length);
// Cuts a label into itself (length / minor) and a new one after it (minor). Requires that minor divides its
// length.
void split_label(Form& form, uint32_t label, uint32_t minor);
// The form over the labels that it reads (and the samples), without logical axes; `kept` lists them.
Form compact(const Form& form, std::vector<uint32_t>& kept);
// Removes the labels of length 1 (but for label 0).
void tidy(Form& form);
// Regroups the labels under another logical shape of the same size. False, and no change, if the shape cuts
// across labels in a way that no split of them mends.
bool reshape(Form& form, const Shape& shape);

// True if reading the view at label < 0 or ≥ its length gives zero, whatever the other labels are.
bool vanishes_outside(const statement::System& system, const Form& form, uint32_t label);
// Replaces the label's index i by start + stride·i' with 0 ≤ i' < length. Requires that all of it lies
// inside, or vanishes_outside.
void resample(Form& form, uint32_t label, int64_t start, int64_t stride, uint32_t length);
// Replaces the label's index by stride·o + dilation·k − pad; the new label k stands after o. Same
// requirement. Returns the label k.
uint32_t unfold(Form& form, uint32_t label, int64_t stride, int64_t dilation, int64_t pad, uint32_t n_out,
                uint32_t n_kernel);

// Splits labels of a's logical axis i and of c's axis j until both have the same lengths in order. False if
// they cut across each other. Requires axes of the same length.
bool refine(Form& a, size_t i, Form& c, size_t j);
// Gives both forms the same labels and logical axes, by numpy's broadcasting rule. False if the labels cut
// across each other. Requires shapes that broadcast.
bool align(Form& a, Form& b);
// factor · form.
Form scaled(Form form, int64_t factor);
// form + constant.
Form shifted(Form form, int64_t constant);
// The same reals with a smaller or equal exponent.
Form with_exponent(Form form, int exponent);
// Sum of aligned forms of the same exponent; equal terms merge.
Form plus(Form a, const Form& b);

}  // namespace tacit::model
