// The index of the largest element: an exact relation with one solution, ties included.
#include <algorithm>
#include <numeric>

#include "tacit/model/quant/emit.h"

namespace tacit::model {

using statement::Space;
using statement::TensorId;
using statement::View;

// With elements q_i, i < n, along the axis and the keys K_i = n·q_i + (n − 1 − i), of which no two are equal,
//
//   M = max K_i,  z_i = [K_i = M]:     0 ≤ M − K_i      z_i ∈ {0, 1}      Σ z_i = 1      M = n·Σ z_i·q_i + (n − 1) − Σ z_i·i.
//
// M is one of the keys, and none is larger; so z marks the only largest key: the first of the largest elements.
// For the last one, K_i = n·q_i + i. The index is Σ z_i·i.
Result<Form> EmitContext::argmax(Form q, size_t logical_axis, Tie tie) {
  TACIT_ASSIGN(const uint32_t inner, single_label(q, logical_axis));
  q.labels = laid_out(q.labels);
  const Space labels = q.labels;
  const int64_t n = labels.axes[inner].length;
  const int64_t sign = tie == Tie::kFirst ? -1 : 1, offset = tie == Tie::kFirst ? n - 1 : 0;
  const Bounds hull = statement::hull(system(), q.view);
  if (magnitude(hull) > (__int128{1} << 58) / n / n) return refuse(Code::kMayWrap, "too many or too wide elements");

  std::vector<int64_t> numbers(static_cast<size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0);
  const statement::PublicId constant =
      builder_.constant({{statement::whole_axis(static_cast<uint32_t>(n))}}, std::move(numbers));
  const View key =
      q.view * n + statement::scaled(statement::Source::kPublic, constant, sign, {statement::axis(inner)}) + offset;

  std::vector<uint32_t> kept;
  Space rows;
  for (uint32_t label = 0; label < labels.axes.size(); ++label)
    if (label != inner) kept.push_back(label), rows.axes.push_back(labels.axes[label]);
  rows = laid_out(rows);
  // The hull of what the last identity equates it with.
  const __int128 wide = n * n;
  const TensorId top =
      new_cells(rows, {wide * std::min<__int128>(hull.low, 0) + offset + std::min<int64_t>(sign, 0) * wide,
                       wide * std::max<__int128>(hull.high, 0) + offset + wide});
  const View m = statement::direct(statement::Source::kTensor, top, rows.axes.size());
  std::vector<int64_t> row_labels{0};  // units of 2^0, then the labels that stay
  row_labels.insert(row_labels.end(), kept.begin(), kept.end());
  add_step(StepKind::kRowMax, labels, {key}, {top}, std::move(row_labels));

  const View below = relabelled(m, kept) + key * -1;
  Form z = q;
  z.exponent = 0;
  z.bounds = {0, 1};
  const TensorId chosen = new_cells(labels, z.bounds);
  z.view = statement::direct(statement::Source::kTensor, chosen, labels.axes.size());
  add_step(StepKind::kIsZero, labels, {below}, {chosen}, {});
  prove_range(labels, z.view, 1);
  int bits = 1;
  while ((hull.high - hull.low + 1) * n >> bits != 0) ++bits;
  prove_below(labels, below, bits);

  Form index;
  index.labels.axes.push_back(statement::whole_axis(static_cast<uint32_t>(n)));
  index.view = statement::scaled(statement::Source::kPublic, constant, 1, {statement::axis(1)});
  index.bounds = {0, n - 1};
  std::vector<Shared> shared;
  for (uint32_t label = 1; label < labels.axes.size(); ++label) shared.push_back({label, label});
  TACIT_ASSIGN(const Product one, contract(z, public_one(), {}, {inner}));
  TACIT_ASSIGN(const Product largest, contract(z, q, shared, {inner}));
  TACIT_ASSIGN(Product at, contract(z, index, {{inner, 1}}, {inner}));
  builder_.identity(rows, one.form.view + -1);
  builder_.identity(rows, m + largest.form.view * -n + at.form.view * -sign + -offset);

  Form out = std::move(at.form);
  out.exponent = 0;
  out.bounds = {0, n - 1};
  out.exact = true;
  for (size_t axis = 0; axis < q.axes.size(); ++axis) {
    out.axes.emplace_back();
    for (const uint32_t label : q.axes[axis])
      if (label != inner) out.axes.back().push_back(at.from_a[label]);
  }
  return out;
}

}  // namespace tacit::model
