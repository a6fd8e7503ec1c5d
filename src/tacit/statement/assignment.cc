#include "tacit/statement/assignment.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/statement/check.h"

namespace tacit::statement {
namespace {

const Space& space_of(const System& system, const Term& term, Space& scratch) {
  if (term.source == Source::kTensor) return system.tensors[term.id].space;
  if (term.source == Source::kPublic) return system.publics[term.id].space;
  const Contraction& k = system.contractions[term.id];
  scratch.axes.clear();
  for (uint32_t label : k.output_labels()) scratch.axes.push_back(k.labels.axes[label]);
  return scratch;
}

const std::vector<int64_t>& values_of(const System& system, const Assignment& assignment, const Term& term) {
  if (term.source == Source::kTensor) return assignment.tensors[term.id];
  if (term.source == Source::kAccumulator) return assignment.accumulators[term.id];
  const Public& item = system.publics[term.id];
  return item.kind == PublicKind::kConstant ? item.values : assignment.publics[term.id];
}

// Adds one term to `out`, run by run along the last label, so that the inner loop has no bounds checks.
class TermWalker {
 public:
  TermWalker(const System& system, const Assignment& assignment, const Space& labels, const Term& term)
      : term_(term), labels_(labels), values_(values_of(system, assignment, term)) {
    Space scratch;
    const Space& source = space_of(system, term, scratch);
    TACIT_CHECK(values_.size() == source.elements() && term.maps.size() == source.axes.size());
    const uint32_t last = labels.axes.empty() ? 0 : static_cast<uint32_t>(labels.axes.size() - 1);
    strides_.resize(source.axes.size());
    int64_t stride = 1;
    for (size_t a = source.axes.size(); a-- > 0;) {
      lengths_.insert(lengths_.begin(), source.axes[a].length);
      strides_[a] = stride;
      stride *= source.axes[a].length;
    }
    for (size_t a = 0; a < term.maps.size(); ++a)
      for (const AxisMap::Step& step : term.maps[a].steps)
        if (step.label == last && !labels.axes.empty()) run_axis_ = static_cast<int>(a), run_stride_ = step.stride;
  }

  // `index` holds the outer labels; out[0 .. run) are the elements along the last label.
  void add_run(const std::vector<int64_t>& index, int64_t* out, int64_t run) const {
    int64_t flat = 0, start = 0;
    for (size_t a = 0; a < term_.maps.size(); ++a) {
      int64_t i = term_.maps[a].offset;
      for (const AxisMap::Step& step : term_.maps[a].steps)
        if (step.label < index.size()) i += step.stride * index[step.label];
      if (static_cast<int>(a) == run_axis_) {
        start = i;
        continue;
      }
      if (i < 0 || i >= lengths_[a]) return;
      flat += i * strides_[a];
    }
    const int64_t k = term_.coefficient;
    if (run_axis_ < 0) {
      const int64_t v = k * values_[static_cast<size_t>(flat)];
      for (int64_t j = 0; j < run; ++j) out[j] += v;
      return;
    }
    const auto [begin, end] = valid_range(start, run);
    const int64_t* v = values_.data() + flat;
    const int64_t first = start * strides_[run_axis_], hop = run_stride_ * strides_[run_axis_];
    for (int64_t j = begin; j < end; ++j) out[j] += k * v[first + j * hop];
  }

 private:
  // The j with 0 ≤ start + stride·j < length.
  std::pair<int64_t, int64_t> valid_range(int64_t start, int64_t run) const {
    const int64_t length = lengths_[run_axis_];
    auto ceil_div = [](int64_t x, int64_t y) { return x >= 0 ? (x + y - 1) / y : -((-x) / y); };
    int64_t begin, end;
    if (run_stride_ > 0) {
      begin = ceil_div(-start, run_stride_);
      end = ceil_div(length - start, run_stride_);
    } else {
      begin = ceil_div(start - length + 1, -run_stride_);
      end = ceil_div(start + 1, -run_stride_);
    }
    begin = std::clamp<int64_t>(begin, 0, run);
    return {begin, std::clamp<int64_t>(end, begin, run)};
  }

  const Term& term_;
  const Space& labels_;
  const std::vector<int64_t>& values_;
  std::vector<int64_t> lengths_;
  std::vector<int64_t> strides_;
  int run_axis_ = -1;
  int64_t run_stride_ = 0;
};

// The labels of a contraction with the given roles, in order.
std::vector<uint32_t> labels_with(const Contraction& k, std::initializer_list<Role> roles) {
  std::vector<uint32_t> out;
  for (Role role : roles)
    for (uint32_t i = 0; i < k.roles.size(); ++i)
      if (k.roles[i] == role) out.push_back(i);
  return out;
}

Space subspace(const Space& labels, const std::vector<uint32_t>& chosen) {
  Space out;
  for (uint32_t i : chosen) out.axes.push_back(labels.axes[i]);
  return out;
}

// The view over other labels: label chosen[i] becomes label i.
View relabel(const View& view, const std::vector<uint32_t>& chosen) {
  View out = view;
  for (Term& term : out.terms)
    for (AxisMap& map : term.maps)
      for (AxisMap::Step& step : map.steps)
        step.label = static_cast<uint32_t>(std::find(chosen.begin(), chosen.end(), step.label) - chosen.begin());
  return out;
}

// Does row `row` of a segment hold this tuple?
bool holds(const Assignment& assignment, const Segment& segment, int64_t row, const int64_t* key) {
  for (size_t t = 0; t < segment.columns.size(); ++t) {
    const Column& c = segment.columns[t];
    const int64_t held =
        c.kind == ColumnKind::kAffine ? c.start + c.step * row : assignment.tensors[c.tensor][static_cast<size_t>(row)];
    if (held != key[t]) return false;
  }
  return true;
}

// The row of a segment that holds this tuple, or −1. A column with a step names the row; without one all are tried.
int64_t row_in_segment(const Assignment& assignment, const Segment& segment, const int64_t* key) {
  const int64_t rows = int64_t{1} << segment.log_rows;
  for (size_t t = 0; t < segment.columns.size(); ++t) {
    const Column& c = segment.columns[t];
    if (c.kind != ColumnKind::kAffine || c.step == 0) continue;
    if ((key[t] - c.start) % c.step != 0) return -1;
    const int64_t row = (key[t] - c.start) / c.step;
    return row >= 0 && row < rows && holds(assignment, segment, row, key) ? row : -1;
  }
  for (int64_t row = 0; row < rows; ++row)
    if (holds(assignment, segment, row, key)) return row;
  return -1;
}

// counts[segment][row] += 1 for every tuple of the lookup.
Status count_lookup(const System& system, const Assignment& assignment, size_t which,
                    std::vector<std::vector<int64_t>>& counts) {
  const Lookup& lookup = system.lookups[which];
  const Table& table = system.tables[lookup.table];
  std::vector<std::vector<int64_t>> columns;
  for (const View& view : lookup.columns) columns.push_back(evaluate(system, assignment, lookup.labels, view));
  std::vector<int64_t> key(table.width);
  for (size_t i = 0; i < columns[0].size(); ++i) {
    bool whole = true;
    for (uint32_t t = 0; t < table.width; ++t) {
      const int64_t unit = int64_t{1} << lookup.columns[t].log_denominator;
      whole = whole && columns[t][i] % unit == 0;
      key[t] = columns[t][i] / unit;
    }
    bool found = false;
    for (size_t s = 0; s < table.segments.size() && whole && !found; ++s) {
      const int64_t row = row_in_segment(assignment, table.segments[s], key.data());
      if (row < 0) continue;
      ++counts[s][static_cast<size_t>(row)];
      found = true;
    }
    if (!found) return fail(Code::kConstraintViolated, "lookup", which);
  }
  counts[0][0] += static_cast<int64_t>(lookup.labels.places() - lookup.labels.elements());
  return {};
}

std::vector<std::vector<std::vector<int64_t>>> zero_counts(const System& system) {
  std::vector<std::vector<std::vector<int64_t>>> counts(system.tables.size());
  for (size_t t = 0; t < system.tables.size(); ++t)
    for (const Segment& segment : system.tables[t].segments) counts[t].emplace_back(size_t{1} << segment.log_rows, 0);
  return counts;
}

}  // namespace

std::vector<int64_t> evaluate(const System& system, const Assignment& assignment, const Space& labels,
                              const View& view) {
  const WideInterval bound = hull(system, view);
  TACIT_CHECK(bound.low >= INT64_MIN && bound.high <= INT64_MAX);
  std::vector<int64_t> out(labels.elements(), view.constant);
  const int64_t run = labels.axes.empty() ? 1 : labels.axes.back().length;
  const size_t outer = labels.axes.empty() ? 0 : labels.axes.size() - 1;
  for (const Term& term : view.terms) {
    const TermWalker walker(system, assignment, labels, term);
    std::vector<int64_t> index(outer, 0);
    for (size_t at = 0; at < out.size(); at += static_cast<size_t>(run)) {
      walker.add_run(index, out.data() + at, run);
      for (size_t a = outer; a-- > 0;) {
        if (++index[a] < labels.axes[a].length) break;
        index[a] = 0;
      }
    }
  }
  return out;
}

void contract(const System& system, Assignment& assignment, ContractionId id) {
  const Contraction& k = system.contractions[id];
  const auto left = labels_with(k, {Role::kBatch, Role::kLeft, Role::kInner});
  const auto right = labels_with(k, {Role::kBatch, Role::kRight, Role::kInner});
  const auto a = evaluate(system, assignment, subspace(k.labels, left), relabel(k.a, left));
  const auto c = evaluate(system, assignment, subspace(k.labels, right), relabel(k.c, right));
  auto size = [&](Role role) { return subspace(k.labels, labels_with(k, {role})).elements(); };
  const uint64_t batches = size(Role::kBatch), lefts = size(Role::kLeft), rights = size(Role::kRight);
  const uint64_t inner = size(Role::kInner);
  std::vector<int64_t> product(batches * lefts * rights);
  for (uint64_t b = 0; b < batches; ++b)
    for (uint64_t l = 0; l < lefts; ++l)
      for (uint64_t r = 0; r < rights; ++r) {
        const int64_t* x = a.data() + (b * lefts + l) * inner;
        const int64_t* y = c.data() + (b * rights + r) * inner;
        int64_t sum = 0;
        for (uint64_t i = 0; i < inner; ++i) sum += x[i] * y[i];
        product[(b * lefts + l) * rights + r] = sum;
      }
  // `product` is ordered batch, left, right; the accumulator keeps the order of the labels.
  const auto order = labels_with(k, {Role::kBatch, Role::kLeft, Role::kRight});
  const auto labels = k.output_labels();
  std::vector<int64_t>& out = assignment.accumulators[id];
  out.assign(product.size(), 0);
  std::vector<uint64_t> index(order.size(), 0);
  std::vector<uint64_t> stride(k.labels.axes.size(), 0);
  uint64_t step = 1;
  for (size_t i = labels.size(); i-- > 0;) stride[labels[i]] = step, step *= k.labels.axes[labels[i]].length;
  for (uint64_t at = 0; at < product.size(); ++at) {
    uint64_t flat = 0;
    for (size_t i = 0; i < order.size(); ++i) flat += index[i] * stride[order[i]];
    out[flat] = product[at];
    for (size_t i = order.size(); i-- > 0;) {
      if (++index[i] < k.labels.axes[order[i]].length) break;
      index[i] = 0;
    }
  }
}

Status count_multiplicities(const System& system, Assignment& assignment) {
  auto counts = zero_counts(system);
  for (size_t i = 0; i < system.lookups.size(); ++i)
    TACIT_TRY(count_lookup(system, assignment, i, counts[system.lookups[i].table]));
  for (size_t t = 0; t < system.tables.size(); ++t)
    for (size_t s = 0; s < system.tables[t].segments.size(); ++s)
      assignment.tensors[system.tables[t].segments[s].multiplicity] = std::move(counts[t][s]);
  return {};
}

Status satisfies(const System& system, const Assignment& assignment) {
  Assignment copy = assignment;
  copy.accumulators.resize(system.contractions.size());
  for (ContractionId i = 0; i < system.contractions.size(); ++i) contract(system, copy, i);
  for (size_t i = 0; i < system.identities.size(); ++i)
    for (int64_t v : evaluate(system, copy, system.identities[i].labels, system.identities[i].view))
      if (v != 0) return fail(Code::kConstraintViolated, "identity", i);
  TACIT_TRY(count_multiplicities(system, copy));
  for (const Table& table : system.tables)
    for (const Segment& segment : table.segments)
      if (copy.tensors[segment.multiplicity] != assignment.tensors[segment.multiplicity])
        return fail(Code::kConstraintViolated, "multiplicity", segment.multiplicity);
  return {};
}

}  // namespace tacit::statement
