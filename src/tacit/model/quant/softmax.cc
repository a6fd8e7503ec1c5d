// Division and the exponentials of Softmax: relations with exactly one solution, never a tolerance band.
#include <algorithm>
#include <cmath>

#include "tacit/base/check.h"
#include "tacit/model/quant/emit.h"

namespace tacit::model {
namespace {

using statement::Column;
using statement::ColumnKind;
using statement::Space;
using statement::TensorId;
using statement::View;

// Softmax looks differences of scores up at this scale: steps of 2^−10, up to 16, where e^−16 is below the result's
// unit.
constexpr int kScoreExponent = -10;
constexpr uint8_t kScoreBits = 14;
constexpr int64_t kMost = int64_t{1} << kScoreBits;
// Exponentials and results are in units of 2^−14.
constexpr int kUnitBits = 14;
static_assert(kUnitBits == EmitContext::kUnitBits);

View cells_view(TensorId id, size_t n_labels) { return statement::direct(statement::Source::kTensor, id, n_labels); }

int bits_of(__int128 count) {
  int bits = 0;
  while ((__int128{1} << bits) < count) ++bits;
  return bits;
}

int64_t narrow(__int128 v) { return static_cast<int64_t>(v); }

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
           {shift, narrow(out.bounds.low), narrow(out.bounds.high), 1, 0});
  prove_range_of(out);
  prove_below(out.labels, form.view + out.view * -(int64_t{1} << shift) + half, shift);
  return out;
}

// Cells whose declared range is the least power of two that holds the bounds.
TensorId EmitContext::new_cells_in_range(const Space& labels, Bounds bounds) {
  return new_cells(labels, {bounds.low, bounds.low + (__int128{1} << bits_of(bounds.high - bounds.low + 1)) - 1});
}

void EmitContext::prove_range_of(const Form& cells) {
  prove_range(cells.labels, cells.view + -narrow(cells.bounds.low), bits_of(cells.bounds.high - cells.bounds.low + 1));
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

// Rows (d, e^−d, [d = 0]) for 0 ≤ d ≤ kMost.
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

// D = min(⌊d / 2^s⌋, kMost) for d in [0, largest], by a clamp from above alone: a negative d has no row. Then e^−D and
// [D = 0] from one table.
Result<EmitContext::Decay> EmitContext::decay(const Space& labels, const View& d, int s, __int128 largest) {
  const size_t n = labels.axes.size();
  const int w = plan_.clamp_bits;
  std::vector<TensorId> tensors = {new_cells(labels, {0, kMost})};
  const View clamped = cells_view(tensors[0], n);
  std::vector<View> limbs;
  View above;                // Σ over the limbs that are cells of 2^(w·i)·e_i
  const bool skip = s == 0;  // the lowest limb is then a view
  for (int i = skip ? 1 : 0; (largest >> s) >> (w * i) != 0; ++i) {
    tensors.push_back(new_cells(labels, {0, (__int128{1} << w) - 1}));
    limbs.push_back(cells_view(tensors.back(), n));
    above = above + limbs.back() * (int64_t{1} << (w * i));
  }
  if (skip) limbs.push_back(d + clamped * -1 + above * -1);
  const int64_t half = skip ? 0 : int64_t{1} << (s - 1);  // the step rounds, this cuts
  add_step(StepKind::kClamp, labels, {d + -half}, tensors, {s, 0, kMost, w, skip ? 1 : 0});
  for (const View& limb : limbs)
    builder_.lookup(labels, clamp_table(static_cast<uint64_t>(kMost) + 1, Sides::kUpper), {clamped, limb});
  if (!skip) prove_below(labels, d + (clamped + above) * -(int64_t{1} << s), s);

  GeneratedTable column;
  TACIT_ASSIGN(const statement::TableId table, exp_table(column));
  const TensorId e = new_cells(labels, {INT16_MIN, INT16_MAX}), zero = new_cells(labels, {0, 1});
  Decay out{cells_view(e, n), cells_view(zero, n)};
  add_step(StepKind::kTable, labels, {clamped}, {column.tensor, e}, {1, int64_t{1} << kUnitBits});
  add_step(StepKind::kIsZero, labels, {clamped}, {zero}, {});
  builder_.lookup(labels, table, {clamped, out.e, out.zero});
  return out;
}

namespace {

// A mask's parts over the labels of the scores.
struct AlignedMask {
  Form hidden, count, none;
};

// False if their axes cut across each other.
bool align_mask(EmitContext& e, const ScoreMask& mask, Form& x, AlignedMask& out) {
  out = {e.public_constant(mask.hidden), e.public_constant(mask.count), e.public_constant(mask.none)};
  return align(x, out.hidden) && align(x, out.count) && align(x, out.none) && align(x, out.hidden) &&
         align(x, out.count);
}

// A form over the labels of the rows alone, still without cells.
struct RowsOfScores {
  Form form;
  std::vector<uint32_t> inner;    // the scores' labels along a row
  std::vector<uint32_t> kept;     // the scores' label of each label of a row
  std::vector<uint32_t> to_rows;  // and back
  __int128 length = 1;
};

RowsOfScores rows_of_scores(const Form& x, const std::vector<bool>& axes) {
  RowsOfScores out;
  for (size_t axis = 0; axis < axes.size(); ++axis)
    if (axes[axis]) out.inner.insert(out.inner.end(), x.axes[axis].begin(), x.axes[axis].end());
  out.to_rows.resize(x.labels.axes.size(), 0);
  out.form.labels.axes.clear();
  for (uint32_t label = 0; label < x.labels.axes.size(); ++label) {
    if (std::find(out.inner.begin(), out.inner.end(), label) != out.inner.end()) {
      out.length *= x.length(label);
      continue;
    }
    out.to_rows[label] = static_cast<uint32_t>(out.kept.size());
    out.kept.push_back(label);
    out.form.labels.axes.push_back(x.labels.axes[label]);
  }
  out.form.labels = laid_out(out.form.labels);
  for (size_t axis = 0; axis < axes.size(); ++axis) {
    out.form.axes.emplace_back();
    for (uint32_t label : x.axes[axis])
      if (!axes[axis]) out.form.axes.back().push_back(out.to_rows[label]);
  }
  return out;
}

}  // namespace

// With M the least integer such that M·2^s is no less than any score of a row, in steps of 2^−10 = 2^s units:
//   d = M·2^s − x ≥ 0,   ⌊d / 2^s⌋ = 0 at least once,   e = round(2^14 · exp(−min(⌊d / 2^s⌋, …)))
// Hidden scores have d large, so that e = 0; the fill is one more score of the rows where something is hidden.
Result<Exponentials> EmitContext::exponentials(Form x, const std::vector<bool>& axes, const ScoreMask* mask) {
  AlignedMask aligned;
  if (mask != nullptr && !align_mask(*this, *mask, x, aligned))
    return refuse(Code::kUnsupported, "the mask's axes were reshaped in ways that cut across");
  if (kScoreExponent - x.exponent > 40) {
    TACIT_ASSIGN(x, rounded(x, kScoreExponent - 20));
  }
  TACIT_ASSIGN(x, finer(x, std::min(x.exponent, kScoreExponent)));
  const int s = kScoreExponent - x.exponent;
  x.labels = laid_out(x.labels);
  const Space& labels = x.labels;
  Exponentials out;
  RowsOfScores rows = rows_of_scores(x, axes);
  const std::vector<uint32_t>&inner = rows.inner, &to_rows = rows.to_rows;
  const __int128 row_length = rows.length;
  Form m = std::move(rows.form);
  m.exponent = kScoreExponent;
  out.rows = rows.kept;
  std::vector<int64_t> numbers = {s};
  numbers.insert(numbers.end(), out.rows.begin(), out.rows.end());

  const __int128 unit = __int128{1} << s;
  m.bounds = {-(-x.bounds.low >> s), -(-x.bounds.high >> s)};
  __int128 far = 0;  // what moves a hidden score away
  int64_t fill = 0;
  const bool filled = mask != nullptr && mask->fill.has_value();
  if (filled) {
    fill = std::llround(std::ldexp(std::clamp(*mask->fill, -0x1p20, 0x1p20), -kScoreExponent));
    m.bounds = {std::min<__int128>(m.bounds.low, fill), std::max<__int128>(m.bounds.high, fill)};
  }
  const __int128 reach = m.bounds.high - m.bounds.low + kMost + 1;
  View scores = x.view;
  std::vector<View> views;
  if (mask != nullptr) {
    far = 2 * reach * unit;
    if (far >> 59 != 0) return refuse(Code::kMayWrap, "the scores are too wide for a mask");
    scores = scores + aligned.hidden.view * -narrow(far);
    if (filled) views.push_back(aligned.none.view * -narrow(far) + narrow(fill * unit));
  }
  views.insert(views.begin(), scores);
  const TensorId top = new_cells_in_range(m.labels, m.bounds);
  m.view = cells_view(top, m.labels.axes.size());
  add_step(StepKind::kRowMax, labels, std::move(views), {top}, std::move(numbers));
  prove_range_of(m);

  const View d = relabelled(m.view, out.rows) * narrow(unit) + scores * -1;
  TACIT_ASSIGN(const Decay decayed, decay(labels, d, s, reach * unit + far));
  out.e = x;
  out.e.view = decayed.e;
  out.e.exponent = -kUnitBits;
  out.e.bounds = {0, int64_t{1} << kUnitBits};
  Form zero = out.e;
  zero.view = decayed.zero;
  zero.bounds = {0, 1};
  TACIT_ASSIGN(const Product zeros, contract(zero, public_one(), {}, inner));
  TACIT_ASSIGN(const Product sum, contract(out.e, public_one(), {}, inner));
  View least = zeros.form.view;
  out.total = m;
  out.total.view = sum.form.view;
  out.total.exponent = -kUnitBits;
  out.total.bounds = {int64_t{1} << kUnitBits, row_length << kUnitBits};
  if (filled) {
    // Where nothing is hidden the fill is far below.
    const View none = relabelled(aligned.none.view, to_rows);
    const View fill_d = m.view + none * narrow(2 * reach) + -fill;
    TACIT_ASSIGN(const Decay decayed_fill, decay(m.labels, fill_d, 0, 3 * reach));
    out.fill = out.total;
    out.fill->view = decayed_fill.e;
    out.fill->bounds = out.e.bounds;
    Form times = m;
    times.view = relabelled(aligned.count.view, to_rows);
    std::vector<Shared> all;
    for (uint32_t label = 1; label < m.labels.axes.size(); ++label) all.push_back({label, label});
    TACIT_ASSIGN(const Product more, contract(*out.fill, times, all, {}));
    out.total.view = out.total.view + more.form.view;
    least = least + decayed_fill.zero;
  }
  prove_below(m.labels, least + -1, std::max(1, bits_of(row_length + 1)));
  out.total = copy(out.total);
  out.total.bounds = {int64_t{1} << kUnitBits, row_length << kUnitBits};
  return out;
}

// out = round(2^14 · e / Σ e) = ⌊(2^15·e + Σ e) / (2·Σ e)⌋
Result<Form> EmitContext::softmax(const Form& x, const std::vector<bool>& axes) {
  TACIT_ASSIGN(const Exponentials parts, exponentials(x, axes, nullptr));
  Form total = parts.e;
  total.view = relabelled(parts.total.view, parts.rows);
  total.bounds = parts.total.bounds;
  Form numerator = parts.e;
  numerator.view = parts.e.view * (int64_t{2} << kUnitBits) + total.view;
  numerator.bounds = {0, (__int128{2} << (2 * kUnitBits)) + total.bounds.high};
  TACIT_ASSIGN(Form out, quotient(numerator, scaled(total, 2), kUnitBits + 1));
  out.bounds = {0, int64_t{1} << kUnitBits};
  out.exponent = -kUnitBits;
  return out;
}

}  // namespace tacit::model
