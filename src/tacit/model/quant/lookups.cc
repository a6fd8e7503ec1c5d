// Tables, and what is looked up in them: ranges, digits, clamps, functions.
#include <algorithm>
#include <bit>
#include <cmath>

#include "tacit/base/check.h"
#include "tacit/model/quant/emit.h"

namespace tacit::model {
namespace {

using statement::Column;
using statement::ColumnKind;
using statement::Space;
using statement::TableId;
using statement::TensorId;
using statement::View;

Column affine(int64_t start, int64_t step) { return {ColumnKind::kAffine, start, step, 0}; }

View cells_view(TensorId id, size_t n_labels) { return statement::direct(statement::Source::kTensor, id, n_labels); }

// Beyond these arguments a function is constant to the last bit, or nearly; 0 where it has no such limit.
double canonical_limit(Function f) {
  switch (f) {
    case Function::kSigmoid:
    case Function::kSigmoidCentred:
      return 16;
    case Function::kTanh:
      return 8;
    case Function::kErf:
      return 4;
    default:
      return 0;
  }
}

// Functions that are the identity for large arguments, to the last bit or nearly.
bool has_identity_tail(Function f) { return f >= Function::kGelu && f <= Function::kMish; }
// Tables of these end here; beyond, the identity goes on.
constexpr int kLogTableEnd = 6;
// The lowest value of any function that is not monotone (Mish) is above this.
constexpr double kLowestDip = -0.35;

}  // namespace

int log2_above(double v) {
  int e = 0;
  const double mantissa = std::frexp(v, &e);  // v = mantissa · 2^e, mantissa in [1/2, 1)
  return mantissa == 0.5 ? e - 1 : e;
}

// ---- scales

int EmitContext::exponent_for(Spread spread, bool non_negative) const {
  const double largest = std::max(non_negative ? 0 : -spread.low, spread.high) * plan_.headroom;
  // A value that is always zero may take any exponent.
  return log2_above(largest > 0 ? largest : 1) - plan_.bits + (non_negative ? 0 : 1);
}

Bounds EmitContext::range_for(bool non_negative) const {
  const __int128 size = __int128{1} << plan_.bits;
  return non_negative ? Bounds{0, size - 1} : Bounds{-size / 2, size / 2 - 1};
}

// ---- tables

// U: rows (o, 0) for 0 ≤ o < size, (size − 1, v) for 0 ≤ v < 2^w and, unless one-sided, (0, −v), in segments
// of powers of two that never grow. The range is moved to start at 0 so that one table serves every clamp of
// this size.
TableId EmitContext::clamp_table(uint64_t size, Sides sides) {
  const auto [found, is_new] = clamp_tables_.try_emplace({size, sides}, 0);
  if (!is_new) return found->second;
  std::vector<statement::Segment> segments;
  // (size − 1, 0) comes with the rows (size − 1, v); it may be left out here.
  uint64_t done = 0, rest = std::popcount(size - 1) < std::popcount(size) ? size - 1 : size;
  for (int bit = 63; bit >= 0; --bit) {
    if ((rest >> bit & 1) == 0) continue;
    segments.push_back({static_cast<uint8_t>(bit), {affine(static_cast<int64_t>(done), 1), affine(0, 0)}, 0});
    done += uint64_t{1} << bit;
  }
  const uint8_t w = plan_.clamp_bits;
  segments.push_back({w, {affine(static_cast<int64_t>(size) - 1, 0), affine(0, 1)}, 0});
  if (sides == Sides::kBoth) segments.push_back({w, {affine(0, 0), affine(0, -1)}, 0});
  std::stable_sort(segments.begin(), segments.end(),
                   [](const auto& x, const auto& y) { return x.log_rows > y.log_rows; });
  return found->second = builder_.table(cells_oracle_, std::move(segments));
}

TableId EmitContext::range_table(uint8_t bits) {
  const auto found = range_tables_.find(bits);
  if (found != range_tables_.end()) return found->second;
  return range_tables_[bits] = builder_.range_table(cells_oracle_, 0, bits);
}

// ---- cells

TensorId EmitContext::new_cells(const Space& labels, Bounds range) {
  return builder_.tensor(cells_oracle_, labels, {static_cast<int64_t>(range.low), static_cast<int64_t>(range.high)});
}

void EmitContext::add_step(StepKind kind, const Space& labels, std::vector<View> views, std::vector<TensorId> tensors,
                           std::vector<int64_t> numbers) {
  steps_.push_back({kind, labels, std::move(views), std::move(tensors), std::move(numbers), node_});
}

// Proves 0 ≤ cell + constant < 2^bits for a view of one tensor.
void EmitContext::prove_range(const Space& labels, const View& cell, int bits) {
  if (bits == plan_.bits) return builder_.lookup(labels, clamp_table(uint64_t{1} << bits), {cell, View{}});
  if (bits <= plan_.digit_bits) return builder_.lookup(labels, range_table(static_cast<uint8_t>(bits)), {cell});
  builder_.identity(labels, cell + digits(labels, cell, bits) * -1);
}

// Proves 0 ≤ view < 2^bits with lookups alone of the low digits' cells and of the view itself.
void EmitContext::prove_below(const Space& labels, const View& view, int bits) {
  const int low_bits = (bits - 1) / plan_.digit_bits * plan_.digit_bits;
  View top = view;
  if (low_bits > 0) top = top + digits(labels, view, low_bits) * -1;
  top.log_denominator = static_cast<uint8_t>(low_bits);
  builder_.lookup(labels, range_table(static_cast<uint8_t>(bits - low_bits)), {top});
}

// Cells for the digits of the view's `bits` low bits, each looked up; Σ 2^(t·i)·digit_i.
View EmitContext::digits(const Space& labels, const View& view, int bits) {
  View sum;
  std::vector<TensorId> tensors;
  const int t = plan_.digit_bits;
  for (int at = 0; at < bits; at += t) {
    const int size = std::min(t, bits - at);
    tensors.push_back(new_cells(labels, {0, (__int128{1} << size) - 1}));
    const View cell = cells_view(tensors.back(), labels.axes.size());
    builder_.lookup(labels, range_table(static_cast<uint8_t>(size)), {cell});
    sum = sum + cell * (int64_t{1} << at);
  }
  add_step(StepKind::kDigits, labels, {view}, std::move(tensors), {t});
  return sum;
}

// ---- functions

// The committed column of a function's values for arguments start … start + 2^bits − 1.
Result<GeneratedTable> EmitContext::function_column(const GeneratedTable& wanted) {
  for (const GeneratedTable& made : generated_) {
    GeneratedTable same = wanted;
    same.tensor = made.tensor;
    if (same == made) return made;
  }
  GeneratedTable made = wanted;
  const __int128 half = __int128{1} << (kWeightBits - 1);
  made.tensor = builder_.tensor(weights_oracle_, {{statement::whole_axis(uint32_t{1} << made.bits)}},
                                {static_cast<int64_t>(-half), static_cast<int64_t>(half - 1)});
  generated_.push_back(made);
  return made;
}

Result<int64_t> EmitContext::entry(const GeneratedTable& table, int64_t x) const {
  TACIT_ASSIGN(const int64_t y, function_value(table.function, x, table.in_exponent, table.out_exponent));
  return std::clamp<int64_t>(y, INT16_MIN, INT16_MAX);
}

// The scales of a function's table, so that the uses of a function share few tables: arguments up to all that the
// function distinguishes, or a part 4^j times smaller if that holds what calibration saw.
void EmitContext::choose_scales(GeneratedTable& table, Spread in, Spread out) const {
  table.in_exponent = exponent_for(in, table.function == Function::kLog);
  const double limit = canonical_limit(table.function);
  if (limit > 0) {
    int widest = log2_above(limit) + 1 - plan_.bits;
    while (widest - 2 >= table.in_exponent) widest -= 2;
    table.in_exponent = widest;
  }
  table.out_exponent = log2_above(std::max({-out.low, out.high, 0x1p-30})) - (kWeightBits - 2);
  if (!has_identity_tail(table.function)) return;
  table.in_exponent += (table.in_exponent + plan_.bits - 1 - kLogTableEnd) & 1;
  table.in_exponent = std::min(table.in_exponent, kLogTableEnd + 1 - plan_.bits);
  table.out_exponent = table.in_exponent;
}

Result<Form> EmitContext::apply(Function f, const Form& x, Spread in, Spread out) {
  GeneratedTable table{.function = f, .bits = plan_.bits};
  choose_scales(table, in, out);
  Bounds domain = range_for(f == Function::kLog);
  if (f == Function::kLog) domain.low = 1, domain.high += 1;
  table.start = static_cast<int64_t>(domain.low);
  TACIT_ASSIGN(const Form argument, saturate(x, table.in_exponent, domain));
  TACIT_ASSIGN(Form y, look_up(table, argument));
  if (!has_identity_tail(f) || std::max(-in.low, in.high) < std::ldexp(1, kLogTableEnd)) return y;
  // f(min(x, top)) + max(x − top, 0)
  TACIT_ASSIGN(Form beyond, finer(x, std::min(x.exponent, table.in_exponent)));
  const int up = table.in_exponent - beyond.exponent;
  if (up > 40) return refuse(Code::kMayWrap, "an argument has too fine a scale");
  beyond = shifted(std::move(beyond), -static_cast<int64_t>(domain.high << up));
  TACIT_ASSIGN(beyond, relu(beyond, {0, std::max(out.high, 1.0)}));
  return add(std::move(y), std::move(beyond));
}

// The values of a function's table at cells, or a view, that lie in its domain.
Result<Form> EmitContext::look_up(GeneratedTable table, const Form& argument) {
  TACIT_ASSIGN(table, function_column(table));
  TACIT_ASSIGN(const int64_t first, entry(table, table.start));
  TACIT_ASSIGN(const int64_t last, entry(table, table.start + (int64_t{1} << table.bits) - 1));
  const auto [found, is_new] = function_tables_.try_emplace(table.tensor, 0);
  if (is_new) {
    found->second = builder_.table(
        cells_oracle_, {{table.bits, {affine(table.start, 1), {ColumnKind::kCells, first, 0, table.tensor}}, 0}});
  }
  std::vector<uint32_t> kept;
  const Form compacted = compact(argument, kept);
  const TensorId y = new_cells(compacted.labels, {INT16_MIN, INT16_MAX});
  const View cells = cells_view(y, kept.size());
  add_step(StepKind::kTable, compacted.labels, {compacted.view}, {table.tensor, y}, {table.start});
  builder_.lookup(compacted.labels, found->second, {compacted.view, cells});
  Form result = argument;
  result.view = relabelled(cells, kept);
  result.exponent = table.out_exponent;
  result.bounds = {std::min(first, last), std::max(first, last)};
  if (has_identity_tail(table.function))
    result.bounds.low = std::min<__int128>(
        result.bounds.low, static_cast<int64_t>(std::floor(std::ldexp(kLowestDip, -table.out_exponent))));
  result.exact = false;
  return result;
}

// h in {0, 1} with Σ_v h = 1 and Σ_v v·h = index.
Result<Form> EmitContext::one_hot(const Form& index, uint32_t length) {
  Form out = index;
  const auto last = static_cast<uint32_t>(out.labels.axes.size());
  insert_label(out, last, length);
  out.labels = laid_out(out.labels);
  out.axes.push_back({last});
  const View wanted = out.view;
  const TensorId hot = new_cells(out.labels, {0, 1});
  out.view = cells_view(hot, last + 1);
  out.exponent = 0;
  out.bounds = {0, 1};
  add_step(StepKind::kOneHot, out.labels, {wanted}, {hot}, {});
  builder_.lookup(out.labels, range_table(1), {out.view});
  Tensor positions(ValueType{DType::kInt64, {length}});
  for (uint32_t v = 0; v < length; ++v) positions.ints()[v] = v;
  Form counting = public_constant(positions);
  if (counting.labels.axes.size() == 1) insert_label(counting, 1, 1);
  TACIT_ASSIGN(const Product sum, contract(out, public_one(), {}, {last}));
  TACIT_ASSIGN(const Product position, contract(out, counting, {{last, 1}}, {last}));
  builder_.identity(sum.form.labels, sum.form.view + -1);
  builder_.identity(position.form.labels, position.form.view + index.view * -1);
  return out;
}

}  // namespace tacit::model
