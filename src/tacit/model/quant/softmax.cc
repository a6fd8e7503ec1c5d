// Division and Softmax: relations with exactly one solution, never a tolerance band.
#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/model/quant/emit.h"

namespace tacit::model {
namespace {

using statement::Column;
using statement::ColumnKind;
using statement::Space;
using statement::TensorId;
using statement::View;

// Softmax looks differences of scores up at this scale: steps of 2^−9, up to 16, where e^−16 is below the
// result's unit.
constexpr int kScoreExponent = -9;
constexpr uint8_t kScoreBits = 13;
// Exponentials and results are in units of 2^−14.
constexpr int kUnitBits = 14;

View cells_view(TensorId id, size_t n_labels) { return statement::direct(statement::Source::kTensor, id, n_labels); }

int bits_of(__int128 count) {
  int bits = 0;
  while ((__int128{1} << bits) < count) ++bits;
  return bits;
}

}  // namespace

// round(form / 2^(exponent − form.exponent)) without saturation: the form itself where nothing is to be
// rounded.
Result<Form> EmitContext::rounded(const Form& form, int exponent) {
  if (form.exponent >= exponent) return finer(form, exponent);
  const int shift = exponent - form.exponent;
  if (shift > 48) return refuse(Code::kMayWrap, "a value changes its scale by more than 48 bits");
  const int64_t half = int64_t{1} << (shift - 1);
  Form out = form;
  out.labels = laid_out(out.labels);
  out.exponent = exponent;
  out.bounds = {(form.bounds.low + half) >> shift, (form.bounds.high + half) >> shift};
  const TensorId q = new_cells_in_range(out.labels, out.bounds);
  out.view = cells_view(q, out.labels.axes.size());
  add_step(StepKind::kClamp, out.labels, {form.view}, {q},
           {shift, static_cast<int64_t>(out.bounds.low), static_cast<int64_t>(out.bounds.high), 1, 0});
  prove_range_of(out);
  prove_below(out.labels, form.view + out.view * -(int64_t{1} << shift) + half, shift);
  return out;
}

// Cells whose declared range is the least power of two that holds the bounds.
TensorId EmitContext::new_cells_in_range(const Space& labels, Bounds bounds) {
  return new_cells(labels, {bounds.low, bounds.low + (__int128{1} << bits_of(bounds.high - bounds.low + 1)) - 1});
}

void EmitContext::prove_range_of(const Form& cells) {
  prove_range(cells.labels, cells.view + -static_cast<int64_t>(cells.bounds.low),
              bits_of(cells.bounds.high - cells.bounds.low + 1));
}

Result<Form> EmitContext::quotient(const Form& n, const Form& d, int bits) {
  Form out = n;
  out.bounds = {0, (__int128{1} << bits) - 1};
  out.exponent = n.exponent - d.exponent;
  const TensorId q = new_cells(out.labels, out.bounds);
  out.view = cells_view(q, out.labels.axes.size());
  add_step(StepKind::kDivide, out.labels, {n.view, d.view}, {q}, {});
  prove_range_of(out);
  std::vector<Shared> shared;
  for (uint32_t label = 1; label < out.labels.axes.size(); ++label) shared.push_back({label, label});
  TACIT_ASSIGN(const Product product, contract(out, d, shared, {}));
  const View rest = n.view + product.form.view * -1;  // 0 ≤ n − q·d < d
  const int width = std::max(1, bits_of(d.bounds.high));
  prove_below(out.labels, rest, width);
  prove_below(out.labels, d.view + rest * -1 + -1, width);
  return out;
}

// Rows (d, e^−d, [d = 0]) for 0 ≤ d ≤ 2^kScoreBits.
Result<statement::TableId> EmitContext::exp_table(GeneratedTable& column) {
  column = {0, Function::kExpMinus, kScoreBits, 1, kScoreExponent, -kUnitBits};
  TACIT_ASSIGN(column, function_column(column));
  const auto [found, is_new] = function_tables_.try_emplace(column.tensor, 0);
  if (!is_new) return found->second;
  auto affine = [](int64_t start, int64_t step) { return Column{ColumnKind::kAffine, start, step, 0}; };
  TACIT_ASSIGN(const int64_t first, entry(column, 1));
  return found->second = builder_.table(
             cells_oracle_,
             {{kScoreBits, {affine(1, 1), {ColumnKind::kCells, first, 0, column.tensor}, affine(0, 0)}, 0},
              {0, {affine(0, 0), affine(int64_t{1} << kUnitBits, 0), affine(1, 0)}, 0}});
}

// With scores q at steps of 2^−9 and m their maximum in a row:
//   d = m − q ≥ 0, zero at least once            (one-sided clamp of d to the table; Σ [D = 0] ≥ 1)
//   e = round(2^14 · exp(−min(d, 16)))           (table)
//   out = round(2^14 · e / Σ e) = ⌊(2^15·e + Σ e) / (2·Σ e)⌋
Result<Form> EmitContext::softmax(const Form& x, const std::vector<bool>& axes) {
  TACIT_ASSIGN(Form q, rounded(x, kScoreExponent));
  q.labels = laid_out(q.labels);
  const Space& labels = q.labels;
  const size_t n = labels.axes.size();
  std::vector<uint32_t> inner, kept;
  for (size_t axis = 0; axis < axes.size(); ++axis)
    if (axes[axis]) inner.insert(inner.end(), q.axes[axis].begin(), q.axes[axis].end());
  std::vector<int64_t> kept_numbers;
  Form m;  // over the rows' labels
  m.labels.axes.clear();
  __int128 row_length = 1;
  for (uint32_t label = 0; label < n; ++label) {
    if (std::find(inner.begin(), inner.end(), label) != inner.end()) {
      row_length *= labels.axes[label].length;
      continue;
    }
    kept.push_back(label);
    kept_numbers.push_back(label);
    m.labels.axes.push_back(labels.axes[label]);
  }
  m.labels = laid_out(m.labels);
  m.bounds = q.bounds;
  const TensorId top = new_cells_in_range(m.labels, m.bounds);
  m.view = cells_view(top, m.labels.axes.size());
  add_step(StepKind::kRowMax, labels, {q.view}, {top}, kept_numbers);
  prove_range_of(m);

  // The clamp of d, from above alone: a negative d has no row.
  const View d = relabelled(m.view, kept) + q.view * -1;
  const int64_t most = int64_t{1} << kScoreBits;
  const TensorId clamped = new_cells(labels, {0, most});
  const View clamped_view = cells_view(clamped, n);
  const int w = plan_.clamp_bits;
  std::vector<TensorId> tensors = {clamped};
  std::vector<View> limbs = {View{}};
  View above;
  for (int i = 1; (q.bounds.high - q.bounds.low) >> (w * i) != 0; ++i) {
    tensors.push_back(new_cells(labels, {0, (__int128{1} << w) - 1}));
    limbs.push_back(cells_view(tensors.back(), n));
    above = above + limbs.back() * (int64_t{1} << (w * i));
  }
  limbs[0] = d + clamped_view * -1 + above * -1;
  add_step(StepKind::kClamp, labels, {d}, tensors, {0, 0, most, w, 1});
  for (const View& limb : limbs)
    builder_.lookup(labels, clamp_table(static_cast<uint64_t>(most) + 1, Sides::kUpper), {clamped_view, limb});

  GeneratedTable column;
  TACIT_ASSIGN(const statement::TableId table, exp_table(column));
  Form e = q, zero = q;
  e.exponent = -kUnitBits;
  e.bounds = {0, int64_t{1} << kUnitBits};
  zero.exponent = 0;
  zero.bounds = {0, 1};
  const TensorId e_cells = new_cells(labels, {INT16_MIN, INT16_MAX}), zero_cells = new_cells(labels, zero.bounds);
  e.view = cells_view(e_cells, n);
  zero.view = cells_view(zero_cells, n);
  add_step(StepKind::kTable, labels, {clamped_view}, {column.tensor, e_cells}, {1, int64_t{1} << kUnitBits});
  add_step(StepKind::kIsZero, labels, {clamped_view}, {zero_cells}, {});
  builder_.lookup(labels, table, {clamped_view, e.view, zero.view});

  TACIT_ASSIGN(const Product zeros, contract(zero, public_one(), {}, inner));
  prove_below(zeros.form.labels, zeros.form.view + -1, std::max(1, bits_of(row_length)));
  TACIT_ASSIGN(const Product sum, contract(e, public_one(), {}, inner));
  Form total = copy(sum.form);
  total.view = relabelled(std::move(total.view), kept);
  total.labels = labels;
  total.bounds = {int64_t{1} << kUnitBits, row_length << kUnitBits};

  Form numerator = e;
  numerator.view = e.view * (int64_t{2} << kUnitBits) + total.view;
  numerator.bounds = {0, (__int128{2} << (2 * kUnitBits)) + total.bounds.high};
  TACIT_ASSIGN(Form out, quotient(numerator, scaled(total, 2), kUnitBits + 1));
  out.bounds = {0, int64_t{1} << kUnitBits};
  out.exponent = -kUnitBits;
  return out;
}

}  // namespace tacit::model
