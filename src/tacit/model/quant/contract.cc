#include "tacit/model/quant/contract.h"

#include <algorithm>

#include "tacit/statement/check.h"

namespace tacit::model {
namespace {

using statement::Role;
using statement::Space;
using statement::View;

// Integers below 2^53 are exact in double, sums and products included, and every machine multiplies doubles
// quickly.
constexpr __int128 kExact = __int128{1} << 53;

// out[l][r] = Σ_i x[l][i] · y[i][r]; rows of `out` are contiguous.
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)  // the choice is made before that sanitizer is ready
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
void product(const double* x, const double* y, size_t lefts, size_t inner, size_t rights, double* out) {
  std::fill(out, out + lefts * rights, 0.0);
  for (size_t l = 0; l < lefts; ++l) {
    double* row = out + l * rights;
    const double* a = x + l * inner;
    size_t i = 0;
    for (; i + 4 <= inner; i += 4) {
      const double a0 = a[i], a1 = a[i + 1], a2 = a[i + 2], a3 = a[i + 3];
      const double* y0 = y + i * rights;
      for (size_t r = 0; r < rights; ++r)
        row[r] += a0 * y0[r] + a1 * y0[rights + r] + a2 * y0[2 * rights + r] + a3 * y0[3 * rights + r];
    }
    for (; i < inner; ++i)
      for (size_t r = 0; r < rights; ++r) row[r] += a[i] * y[i * rights + r];
  }
}

struct Group {
  std::vector<uint32_t> labels;
  Space space;
};

Group labels_with(const statement::Contraction& k, std::initializer_list<Role> roles) {
  Group group;
  for (Role role : roles)
    for (uint32_t i = 0; i < k.roles.size(); ++i)
      if (k.roles[i] == role) {
        group.labels.push_back(i);
        group.space.axes.push_back(k.labels.axes[i]);
      }
  return group;
}

std::vector<double> operand(const statement::System& system, const statement::Assignment& assignment,
                            const Group& group, View view) {
  for (statement::Term& term : view.terms)
    for (statement::AxisMap& map : term.maps)
      for (statement::AxisMap::Step& step : map.steps)
        step.label = static_cast<uint32_t>(std::find(group.labels.begin(), group.labels.end(), step.label) -
                                           group.labels.begin());
  const std::vector<int64_t> values = statement::evaluate(system, assignment, group.space, view);
  return {values.begin(), values.end()};
}

}  // namespace

void contract(const statement::System& system, statement::Assignment& assignment, statement::ContractionId id) {
  const statement::Contraction& k = system.contractions[id];
  const auto bound = statement::hull(system, k), bound_a = statement::hull(system, k.a),
             bound_c = statement::hull(system, k.c);
  for (const auto& b : {bound, bound_a, bound_c})
    if (b.high >= kExact || b.low <= -kExact) return statement::contract(system, assignment, id);

  const Group rows = labels_with(k, {Role::kBatch, Role::kLeft}), batch = labels_with(k, {Role::kBatch});
  const Group columns = labels_with(k, {Role::kRight}), sum = labels_with(k, {Role::kInner});
  const size_t batches = batch.space.elements(), lefts = labels_with(k, {Role::kLeft}).space.elements();
  const size_t rights = columns.space.elements(), inner = sum.space.elements();
  const auto a = operand(system, assignment, labels_with(k, {Role::kBatch, Role::kLeft, Role::kInner}), k.a);
  const auto c = operand(system, assignment, labels_with(k, {Role::kBatch, Role::kInner, Role::kRight}), k.c);
  std::vector<double> out(batches * lefts * rights);
  for (size_t b = 0; b < batches; ++b)
    product(a.data() + b * lefts * inner, c.data() + b * inner * rights, lefts, inner, rights,
            out.data() + b * lefts * rights);

  // `out` is ordered batch, left, right; the accumulator keeps the order of the labels.
  std::vector<int64_t>& accumulator = assignment.accumulators[id];
  accumulator.resize(out.size());
  const Group order = labels_with(k, {Role::kBatch, Role::kLeft, Role::kRight});
  std::vector<size_t> stride(k.labels.axes.size(), 0);
  const auto labels = k.output_labels();
  size_t step = 1;
  for (size_t i = labels.size(); i-- > 0;) {
    stride[labels[i]] = step;
    step *= k.labels.axes[labels[i]].length;
  }
  std::vector<uint32_t> index(order.labels.size(), 0);
  size_t at = 0;
  for (const double v : out) {
    accumulator[at] = static_cast<int64_t>(v);
    for (size_t i = index.size(); i-- > 0;) {
      const uint32_t label = order.labels[i];
      at += stride[label];
      if (++index[i] < k.labels.axes[label].length) break;
      at -= stride[label] * k.labels.axes[label].length;
      index[i] = 0;
    }
  }
}

}  // namespace tacit::model
