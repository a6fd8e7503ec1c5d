// The primitives of EmitContext: sums, contractions, saturation.
#include <algorithm>
#include <cmath>

#include "tacit/base/check.h"
#include "tacit/model/quant/emit.h"

namespace tacit::model {
namespace {

using statement::Role;
using statement::Source;
using statement::Space;
using statement::TensorId;
using statement::View;

constexpr __int128 kWidest = __int128{1} << 61;
constexpr __int128 kWidestSum = __int128{1} << 58;
constexpr int kMaxShift = 48;

Bounds times(Bounds x, Bounds y) {
  const __int128 v[4] = {x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high};
  return {*std::min_element(v, v + 4), *std::max_element(v, v + 4)};
}

View cells_view(TensorId id, size_t n_labels) { return statement::direct(Source::kTensor, id, n_labels); }

// The labels of a product: a's in their order, then those of c alone, then the inner ones. Returns how many
// are not inner; `out` gets where the operands' labels went.
size_t product_labels(const Form& a, const Form& c, const std::vector<Shared>& shared,
                      const std::vector<uint32_t>& inner, Space& labels, Product& out) {
  const uint32_t n_a = static_cast<uint32_t>(a.labels.axes.size()), n_c = static_cast<uint32_t>(c.labels.axes.size());
  out.from_a.assign(n_a, Product::kGone);
  out.from_c.assign(n_c, Product::kGone);
  auto add = [&](const statement::Axis& axis) {
    labels.axes.push_back(axis);
    return static_cast<uint32_t>(labels.axes.size() - 1);
  };
  auto is_inner = [&](uint32_t label) { return std::find(inner.begin(), inner.end(), label) != inner.end(); };
  auto is_shared = [&](uint32_t label) {
    return label == 0 || std::any_of(shared.begin(), shared.end(), [&](const Shared& s) { return s.c == label; });
  };
  for (uint32_t i = 0; i < n_a; ++i)
    if (!is_inner(i)) out.from_a[i] = add(a.labels.axes[i]);
  for (uint32_t j = 0; j < n_c; ++j)
    if (!is_shared(j)) out.from_c[j] = add(c.labels.axes[j]);
  labels = laid_out(std::move(labels));
  const size_t n_out = labels.axes.size();
  for (uint32_t i = 0; i < n_a; ++i)
    if (is_inner(i)) out.from_a[i] = add(statement::whole_axis(a.labels.axes[i].length));
  out.from_c[0] = out.from_a[0];
  for (const Shared& s : shared) {
    TACIT_CHECK(a.length(s.a) == c.length(s.c));
    out.from_c[s.c] = out.from_a[s.a];
  }
  return n_out;
}

}  // namespace

// ---- shapes

Result<Form> EmitContext::reshaped(Form form, const Shape& shape) {
  if (reshape(form, shape)) return form;
  TACIT_ASSIGN(form, flatten(form));
  TACIT_CHECK(reshape(form, shape));
  return form;
}

Result<uint32_t> EmitContext::single_label(Form& form, size_t axis) {
  if (form.axes[axis].size() > 1) {
    const Shape shape = form.shape();
    TACIT_ASSIGN(form, flatten(form));
    TACIT_CHECK(reshape(form, shape));
  }
  if (form.axes[axis].empty()) {
    insert_label(form, 1, 1);
    form.axes[axis] = {1};
  }
  return form.axes[axis][0];
}

// Cells along one label in row-major order, equal to the form by an identity over the form's labels.
Result<Form> EmitContext::flatten(const Form& form) {
  const __int128 span = form.bounds.high - form.bounds.low;
  if (form.view.constant != 0 || span >> plan_.bits != 0) {
    TACIT_ASSIGN(const Form narrow, fit(form));
    if (narrow.view.constant != 0) return flatten(copy(narrow));
    return flatten(narrow);
  }
  // The same view with its labels in row-major order, so that the step writes the cells in that order.
  Form ordered = form;
  std::vector<uint32_t> map(form.labels.axes.size(), 0);
  ordered.labels.axes.resize(1);
  statement::AxisMap index;
  const std::vector<int64_t> strides = form.strides();
  for (uint32_t label : form.row_major()) {
    map[label] = static_cast<uint32_t>(ordered.labels.axes.size());
    ordered.labels.axes.push_back(form.labels.axes[label]);
    index.steps.push_back({map[label], strides[label]});
  }
  ordered.view = relabelled(std::move(ordered.view), map);
  Form flat = form;
  flat.labels = laid_out({{statement::batch_axis(), statement::whole_axis(static_cast<uint32_t>(strides[0]))}});
  flat.axes = {{1}};
  flat.bounds = range_for(form.bounds.low >= 0);
  const TensorId cells = new_cells(flat.labels, flat.bounds);
  flat.view = cells_view(cells, 2);
  add_step(StepKind::kCopy, ordered.labels, {ordered.view}, {cells}, {});
  builder_.identity(ordered.labels,
                    ordered.view + statement::scaled(Source::kTensor, cells, -1, {statement::axis(0), index}));
  prove_range(flat.labels, flat.view + -static_cast<int64_t>(flat.bounds.low), plan_.bits);
  flat.bounds = form.bounds;
  return flat;
}

// ---- sums

Result<Form> EmitContext::add(Form a, Form b) {
  const Spread spread = {a.spread.low + b.spread.low, a.spread.high + b.spread.high};
  if (a.exponent < b.exponent) std::swap(a, b);  // a is the coarser
  auto too_wide = [&] {
    const int up = a.exponent - b.exponent;
    if (magnitude(a.bounds) == 0) return false;
    return up > kMaxShift || (magnitude(statement::hull(system(), a.view)) << up) > kWidestSum;
  };
  if (too_wide()) {
    TACIT_ASSIGN(b, fit(b, a.exponent - 24));
    if (a.exponent < b.exponent) std::swap(a, b);
  }
  if (too_wide()) {
    TACIT_ASSIGN(a, fit(a));
  }
  if (a.exponent < b.exponent) std::swap(a, b);
  if (too_wide()) return refuse(Code::kMayWrap, "the terms of a sum are too far apart in size");
  if (!align(a, b)) return refuse(Code::kUnsupported, "the operands' axes were reshaped in ways that cut across");
  const int exponent = b.exponent;
  TACIT_ASSIGN(a, finer(std::move(a), exponent));
  Form sum = plus(std::move(a), b);
  sum.spread = spread;
  return sum;
}

Result<Form> EmitContext::sum_over(ValueId id, const std::vector<bool>& reduced) {
  constexpr int64_t kFewTerms = 16;
  TACIT_ASSIGN(Form x, form(id));
  std::vector<uint32_t> inner;
  int64_t n = 1;
  for (size_t axis = 0; axis < reduced.size(); ++axis)
    if (reduced[axis])
      for (uint32_t label : x.axes[axis]) {
        inner.push_back(label);
        n *= x.length(label);
      }
  if (n * static_cast<int64_t>(x.view.terms.size()) <= kFewTerms) {
    for (uint32_t label : inner) {
      Form sum;
      for (int64_t i = 0; i < x.length(label); ++i) {
        Form part = x;
        resample(part, label, i, 1, 1);
        sum = i == 0 ? std::move(part) : plus(std::move(sum), part);
      }
      x = std::move(sum);
    }
    for (size_t axis = 0; axis < reduced.size(); ++axis)
      if (reduced[axis]) x.axes[axis].clear();
    return x;
  }
  TACIT_ASSIGN(x, operand(id));
  inner.clear();
  for (size_t axis = 0; axis < reduced.size(); ++axis)
    if (reduced[axis]) inner.insert(inner.end(), x.axes[axis].begin(), x.axes[axis].end());
  TACIT_ASSIGN(Product product, contract(x, public_one(), {}, inner));
  for (const auto& axis : x.axes) {
    product.form.axes.emplace_back();
    for (uint32_t label : axis)
      if (product.from_a[label] != Product::kGone) product.form.axes.back().push_back(product.from_a[label]);
  }
  return std::move(product.form);
}

Result<Form> EmitContext::divided(Form form, int64_t n) {
  const int log_n = statement::log2_ceil(static_cast<uint64_t>(n));
  if (n != int64_t{1} << log_n) {
    constexpr int kFactorBits = 15;
    if (magnitude(statement::hull(system(), form.view)) > kWidestSum >> (kFactorBits + 1)) {
      TACIT_ASSIGN(form, fit(form));
    }
    const int64_t one = int64_t{1} << (kFactorBits + log_n);
    form = scaled(std::move(form), (one + n / 2) / n);
    form.exponent -= kFactorBits;
  }
  form.exponent -= log_n;
  return form;
}

// ---- products

Result<Product> EmitContext::contract(const Form& a, const Form& c, const std::vector<Shared>& shared,
                                      const std::vector<uint32_t>& inner) {
  statement::Contraction k;
  Product out;
  const size_t n_out = product_labels(a, c, shared, inner, k.labels, out);
  out.form.exponent = a.exponent + c.exponent;
  out.form.labels.axes.assign(k.labels.axes.begin(), k.labels.axes.begin() + static_cast<std::ptrdiff_t>(n_out));
  k.a = relabelled(a.view, out.from_a);
  k.c = relabelled(c.view, out.from_c);
  for (auto* labels : {&out.from_a, &out.from_c})
    for (uint32_t& label : *labels)
      if (label >= n_out) label = Product::kGone;
  if (k.a.terms.empty() || k.c.terms.empty()) return out;  // nothing but zeros

  __int128 n_inner = 1;
  for (uint32_t label = 0; label < k.labels.axes.size(); ++label) {
    const bool in_a = uses(k.a, label), in_c = uses(k.c, label);
    if (label >= n_out) n_inner *= k.labels.axes[label].length;
    k.roles.push_back(label >= n_out ? Role::kInner : in_a && in_c ? Role::kBatch : in_c ? Role::kRight : Role::kLeft);
  }
  if (magnitude(statement::hull(system(), k)) > kWidest)
    return refuse(Code::kMayWrap, "the products' sum could grow beyond 61 bits");
  out.form.bounds = times(times(a.bounds, c.bounds), {n_inner, n_inner});
  if (k.a == k.c) out.form.bounds.low = 0;  // a sum of squares
  const statement::ContractionId id = builder_.contraction(std::move(k));
  out.form.view = statement::direct(Source::kAccumulator, id, n_out);
  add_step(StepKind::kContract, {}, {}, {}, {id});
  return out;
}

Result<Form> EmitContext::multiply(Form a, Form c) {
  if (!align(a, c)) return refuse(Code::kUnsupported, "the operands' axes were reshaped in ways that cut across");
  std::vector<Shared> shared;
  for (uint32_t label = 1; label < a.labels.axes.size(); ++label) shared.push_back({label, label});
  TACIT_ASSIGN(Product product, contract(a, c, shared, {}));
  product.form.axes = a.axes;
  return std::move(product.form);
}

// ---- cells

Result<Form> EmitContext::saturate(const Form& form, int exponent, Bounds range) {
  const int shift = exponent - form.exponent;
  if (shift > kMaxShift) {
    // All of it rounds to zero, or it is rounded in two steps.
    if (shift > 100 || magnitude(form.bounds) < __int128{1} << (shift - 1))
      return constant_form(form, exponent, 0, range);
    TACIT_ASSIGN(const Form first, rounded(form, exponent - kMaxShift / 2));
    return saturate(first, exponent, range);
  }
  TACIT_ASSIGN(Form acc, exponent < form.exponent ? finer(form, exponent) : form);
  if (acc.view.terms.empty()) {
    const __int128 half = shift > 0 ? __int128{1} << (shift - 1) : 0;
    return constant_form(form, exponent, (acc.view.constant + half) >> std::max(shift, 0), range);
  }
  std::vector<uint32_t> kept;
  acc = compact(acc, kept);
  TACIT_ASSIGN(const Form cells, clamp(acc, exponent - acc.exponent, range));
  // Back to the labels of the form.
  Form out = form;
  for (size_t i = 0; i < kept.size(); ++i) out.labels.axes[kept[i]] = cells.labels.axes[i];
  out.view = relabelled(cells.view, kept);
  out.exponent = exponent;
  out.bounds = cells.bounds;
  TACIT_TRY(check_width(out));
  return out;
}

// The form that is one number, clamped.
Form EmitContext::constant_form(Form form, int exponent, __int128 value, Bounds range) const {
  value = std::clamp(value, range.low, range.high);
  form.view = View{{}, static_cast<int64_t>(value), 0};
  form.exponent = exponent;
  form.bounds = {value, value};
  return form;
}

// The same reals at a smaller or equal exponent.
Result<Form> EmitContext::finer(Form form, int exponent) const {
  const int up = form.exponent - exponent;
  if (form.view.terms.empty() && form.view.constant == 0) {
    form.exponent = exponent;
    return form;
  }
  if (up > kMaxShift || magnitude(statement::hull(system(), form.view)) > kWidest >> up)
    return refuse(Code::kMayWrap, "the integers could grow beyond 61 bits");
  return with_exponent(std::move(form), exponent);
}

// The gadget of saturation over a compact form, at the form's exponent + shift.
Result<Form> EmitContext::clamp(const Form& acc, int shift, Bounds range) {
  const Space& labels = acc.labels;
  const size_t n = labels.axes.size();
  const int64_t half = shift > 0 ? int64_t{1} << (shift - 1) : 0;
  const Bounds q = {(acc.bounds.low + half) >> shift, (acc.bounds.high + half) >> shift};
  const Bounds excess = {std::min<__int128>(q.low - range.low, 0), std::max<__int128>(q.high - range.high, 0)};
  if (shift == 0 && magnitude(excess) == 0) return copy(acc);

  const int w = plan_.clamp_bits;
  int n_limbs = 0;
  while (magnitude(excess) >> (w * n_limbs) != 0) ++n_limbs;
  const bool skip = shift == 0;  // the lowest limb is then a view
  Form out = acc;
  const TensorId cells = new_cells(labels, range);
  out.view = cells_view(cells, n);
  out.bounds = {std::clamp(q.low, range.low, range.high), std::clamp(q.high, range.low, range.high)};
  out.exponent += shift;
  std::vector<TensorId> tensors = {cells};
  std::vector<View> limbs;
  View above;  // Σ over the limbs that are cells of 2^(w·i)·e_i
  const __int128 largest = (__int128{1} << w) - 1;
  for (int i = skip ? 1 : 0; i < n_limbs; ++i) {
    tensors.push_back(new_cells(labels, {-largest, largest}));
    limbs.push_back(cells_view(tensors.back(), n));
    above = above + limbs.back() * (int64_t{1} << (w * i));
  }
  if (skip) limbs.push_back(acc.view + out.view * -1 + above * -1);
  add_step(StepKind::kClamp, labels, {acc.view}, tensors,
           {shift, static_cast<int64_t>(range.low), static_cast<int64_t>(range.high), w, skip ? 1 : 0});

  const uint64_t size = static_cast<uint64_t>(range.high - range.low) + 1;
  if (limbs.empty()) limbs.push_back(View{});
  for (const View& limb : limbs)
    builder_.lookup(labels, clamp_table(size), {out.view + -static_cast<int64_t>(range.low), limb});
  if (shift == 0) return out;
  if (magnitude(statement::hull(system(), out.view + above)) > kWidest >> shift)
    return refuse(Code::kMayWrap, "the integers could grow beyond 61 bits");
  prove_below(labels, acc.view + (out.view + above) * -(int64_t{1} << shift) + half, shift);
  return out;
}

// out = acc as cells, by an identity that also proves their range.
Form EmitContext::copy(const Form& acc) {
  Form out = acc;
  const TensorId cells = new_cells(acc.labels, statement::hull(system(), acc.view));
  out.view = cells_view(cells, acc.labels.axes.size());
  add_step(StepKind::kCopy, acc.labels, {acc.view}, {cells}, {});
  builder_.identity(acc.labels, out.view + acc.view * -1);
  return out;
}

Result<Form> EmitContext::fit(const Form& form, int least_exponent) {
  if (form.exact) return copy(form);
  const bool non_negative = form.bounds.low >= 0;
  const Bounds range = range_for(non_negative);
  Spread spread = form.spread;
  if (spread.low == 0 && spread.high == 0)
    spread = {std::ldexp(static_cast<double>(form.bounds.low), form.exponent),
              std::ldexp(static_cast<double>(form.bounds.high), form.exponent)};
  const int exponent = std::max({exponent_for(spread, non_negative), form.exponent, least_exponent});
  return saturate(form, exponent, range);
}

Result<Form> EmitContext::clip(const Form& form, double low, double high, Spread spread) {
  if (high < low) low = high;
  const bool non_negative = form.bounds.low >= 0 || low >= 0;
  const int exponent = std::max(exponent_for(spread, non_negative), form.exponent);
  const Bounds widest = range_for(non_negative);
  const double bottom = static_cast<double>(widest.low), top = static_cast<double>(widest.high);
  Bounds range;
  range.low = std::llround(std::clamp(std::ldexp(low, -exponent), bottom, top));
  range.high = std::llround(std::clamp(std::ldexp(high, -exponent), bottom, top));
  // A span of few binary digits makes a table of few segments; the clamp is then one unit below the bound.
  if (range.high > range.low && range.high < widest.high) --range.high;
  return saturate(form, exponent, range);
}

Result<Form> EmitContext::relu(const Form& form, Spread spread) {
  if (form.bounds.low >= 0) return form;
  return saturate(form, std::max(exponent_for(spread, true), form.exponent), range_for(true));
}

Result<Form> EmitContext::exact_relu(const Form& form) {
  if (form.bounds.low >= 0) return form;
  Bounds range = range_for(true);
  while (range.high < form.bounds.high) range.high = 2 * range.high + 1;
  if (range.high >> 20 != 0) return refuse(Code::kUnsupported, "a maximum over integers of more than 20 bits");
  return saturate(form, form.exponent, range);
}

Result<Form> EmitContext::maximum(Form a, Form b) {
  if (a.exponent < b.exponent) std::swap(a, b);
  TACIT_ASSIGN(a, finer(std::move(a), b.exponent));
  if (!align(a, b)) return refuse(Code::kUnsupported, "the operands' axes were reshaped in ways that cut across");
  TACIT_ASSIGN(Form excess, exact_relu(plus(a, scaled(b, -1))));
  const Bounds bounds = {std::max(a.bounds.low, b.bounds.low), std::max(a.bounds.high, b.bounds.high)};
  Form out = plus(b, excess);
  out.bounds = bounds;
  return out;
}

}  // namespace tacit::model
