// Roots and inverses: a table serves all sizes of the argument once it is written as mantissa and power.
//
//   n = m·s + low,   s = 2^(step·k),   0 ≤ low < s,   2^t ≤ m < 2^(t + step)
//
// has exactly one solution for every n ≥ 2^t. Then n ≈ (m + 1/2)·s, and
//
//   √n ≈ √(m + 1/2)·2^k          1/√n ≈ 1/√(m + 1/2) · 2^−k          (step 2)
//   1/n ≈ 1/(m + 1/2) · 2^−k                                         (step 1)
//
// with the first factor from a table over the mantissas. (s, 2^±k) is a row of a table of powers.
#include "tacit/base/check.h"
#include "tacit/model/quant/emit.h"

namespace tacit::model {
namespace {

using statement::Column;
using statement::ColumnKind;
using statement::TensorId;
using statement::View;

View cells_view(TensorId id, size_t n_labels) { return statement::direct(statement::Source::kTensor, id, n_labels); }

int width_of(__int128 v) {
  int bits = 0;
  while (v >> bits != 0) ++bits;
  return bits;
}

}  // namespace

Result<Form> EmitContext::never_zero(const Form& form, int least_up) {
  const int exponent = form.exponent - least_up;
  TACIT_ASSIGN(Form out, finer(form, exponent - (exponent & 1)));
  return shifted(std::move(out), 1);
}

// Rows (2^(step·k), 2^k), or 2^(top − k) for the falling ones, 0 ≤ k ≤ top: one-row segments.
statement::TableId EmitContext::power_table(int step, int top, bool falling) {
  const auto [found, is_new] = power_tables_.try_emplace({step, top, falling}, 0);
  if (!is_new) return found->second;
  auto constant = [](int exponent) { return Column{ColumnKind::kAffine, int64_t{1} << exponent, 0, 0}; };
  std::vector<statement::Segment> segments;
  for (int k = 0; k <= top; ++k) segments.push_back({0, {constant(step * k), constant(falling ? top - k : k)}, 0});
  return found->second = builder_.table(cells_oracle_, std::move(segments));
}

Result<Form> EmitContext::power(Function f, const Form& argument) {
  const bool root = f != Function::kInverseOfMiddle, falling = f != Function::kSqrtOfMiddle;
  const int step = root ? 2 : 1, t = root ? 11 : 12;
  const int table_bits = root ? t + step : t;  // the table begins at 2^t; with step 2 it is longer than the mantissas
  constexpr int kTableGrain = 4;               // tables of powers are shared by arguments of about the same width
  TACIT_CHECK(argument.bounds.low >= 1 && (!root || argument.exponent % 2 == 0));
  // Scaled up so that the least n has a mantissa.
  const int up = std::max(0, t + 1 - width_of(argument.bounds.low));
  TACIT_ASSIGN(Form n, finer(argument, argument.exponent - up - (root ? up & 1 : 0)));
  std::vector<uint32_t> kept;
  n = copy(compact(n, kept));
  const size_t n_labels = n.labels.axes.size();
  int top = std::max(0, (width_of(n.bounds.high) - t - 1) / step);
  top += (kTableGrain - top % kTableGrain) % kTableGrain;
  if (step * top + t + step > 60) return refuse(Code::kMayWrap, "the integers of a root or inverse are too wide");

  Form m = n, scale = n, factor = n;
  m.bounds = {int64_t{1} << t, (int64_t{1} << (t + step)) - 1};
  scale.bounds = {1, __int128{1} << (step * top)};
  factor.bounds = {1, __int128{1} << top};
  const TensorId mantissa = new_cells(n.labels, {m.bounds.low, m.bounds.low + (__int128{1} << table_bits) - 1});
  const TensorId power = new_cells(n.labels, scale.bounds), other = new_cells(n.labels, factor.bounds);
  m.view = cells_view(mantissa, n_labels);
  scale.view = cells_view(power, n_labels);
  factor.view = cells_view(other, n_labels);
  add_step(StepKind::kNormalise, n.labels, {n.view}, {mantissa, power, other}, {t, step, top, falling ? 1 : 0});
  builder_.lookup(n.labels, power_table(step, top, falling), {scale.view, factor.view});
  TACIT_ASSIGN(Form value, look_up({.function = f,
                                    .bits = static_cast<uint8_t>(table_bits),
                                    .start = int64_t{1} << t,
                                    .in_exponent = 0,
                                    .out_exponent = f == Function::kSqrtOfMiddle          ? -8
                                                    : f == Function::kInverseSqrtOfMiddle ? -20
                                                                                          : -26},
                                   m));
  if (root) prove_range(n.labels, m.view, t + step);
  std::vector<Shared> all;
  for (uint32_t label = 1; label < n_labels; ++label) all.push_back({label, label});
  TACIT_ASSIGN(const Product whole, contract(m, scale, all, {}));
  const View low = n.view + whole.form.view * -1;
  const int width = step * top + 1;
  prove_below(n.labels, low, width);
  prove_below(n.labels, scale.view + low * -1 + -1, width);
  value.exponent += f == Function::kSqrtOfMiddle          ? n.exponent / 2
                    : f == Function::kInverseSqrtOfMiddle ? -n.exponent / 2 - top
                                                          : -n.exponent - top;
  factor.exponent = 0;
  TACIT_ASSIGN(const Product out, contract(value, factor, all, {}));
  // Back to the labels of the argument.
  Form result = argument;
  result.view = relabelled(out.form.view, kept);
  result.bounds = out.form.bounds;
  result.exponent = value.exponent;
  result.exact = false;
  return result;
}

}  // namespace tacit::model
