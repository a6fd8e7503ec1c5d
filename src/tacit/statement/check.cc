#include "tacit/statement/check.h"

#include <algorithm>

namespace tacit::statement {
namespace {

using Wide = __int128;
constexpr Wide kHuge = Wide{1} << 125;  // twice this is still a Wide: sums are clamped after the addition

constexpr Wide kMaxReach = Wide{1} << 62;

Wide clamp(Wide v) { return std::clamp(v, -kHuge, kHuge); }

Wide multiply(Wide x, Wide y) {
  Wide out;
  if (__builtin_mul_overflow(x, y, &out)) return (x < 0) == (y < 0) ? kHuge : -kHuge;
  return clamp(out);
}

WideInterval plus(WideInterval x, WideInterval y) { return {clamp(x.low + y.low), clamp(x.high + y.high)}; }

WideInterval times(WideInterval x, WideInterval y) {
  const Wide v[4] = {multiply(x.low, y.low), multiply(x.low, y.high), multiply(x.high, y.low),
                     multiply(x.high, y.high)};
  return {*std::min_element(v, v + 4), *std::max_element(v, v + 4)};
}

WideInterval wide(Interval x) { return {x.low, x.high}; }

Wide magnitude(WideInterval x) { return std::max(x.high, -x.low); }

// Padding reads as zero, so every source's interval contains it.
WideInterval with_zero(WideInterval x) { return {std::min<Wide>(x.low, 0), std::max<Wide>(x.high, 0)}; }

WideInterval source_hull(const System& system, const Term& term) {
  switch (term.source) {
    case Source::kTensor:
      return with_zero(wide(system.tensors[term.id].range));
    case Source::kPublic:
      return with_zero(wide(system.publics[term.id].range));
    case Source::kAccumulator:
      return with_zero(hull(system, system.contractions[term.id]));
  }
  return {-kHuge, kHuge};
}

WideInterval term_hull(const System& system, const Term& term) {
  return times({term.coefficient, term.coefficient}, source_hull(system, term));
}

// Σ |coefficient|·max|source| + |constant|.
Wide weight(const System& system, const View& view) {
  Wide sum = view.constant < 0 ? -Wide{view.constant} : Wide{view.constant};
  for (const Term& term : view.terms) sum = clamp(sum + magnitude(term_hull(system, term)));
  return sum;
}

class Checker {
 public:
  Checker(const System& system, const CheckLimits& limits) : s_(system), limits_(limits) {}

  Status run() {
    TACIT_TRY(oracles());
    TACIT_TRY(tensors());
    TACIT_TRY(publics());
    for (size_t i = 0; i < s_.contractions.size(); ++i) TACIT_TRY(contraction(i));
    for (size_t i = 0; i < s_.tables.size(); ++i) TACIT_TRY(table(i));
    TACIT_TRY(multiplicities());
    for (size_t i = 0; i < s_.lookups.size(); ++i) TACIT_TRY(lookup(i));
    TACIT_TRY(leaves());
    for (size_t i = 0; i < s_.identities.size(); ++i) TACIT_TRY(identity(i));
    TACIT_TRY(intervals());
    return no_wrap();
  }

 private:
  static tl::unexpected<Error> bad(const char* what, size_t index) { return fail(Code::kBadStatement, what, index); }

  Status space(const Space& space, const char* what, size_t index) const {
    if (space.axes.size() > limits_.max_axes) return bad(what, index);
    Wide places = 1;
    for (const Axis& axis : space.axes) {
      if (axis.length == 0 || axis.log_strip > 32 || axis.log_strip > log2_ceil(axis.length)) return bad(what, index);
      places = multiply(places, Wide{axis.strips()} << axis.log_strip);
    }
    if (places > Wide{limits_.max_places}) return fail(Code::kTooLarge, what, index);
    return {};
  }

  Status oracles() const {
    if (s_.oracles.empty()) return bad("oracle", 0);
    for (size_t i = 0; i < s_.oracles.size(); ++i) {
      const Oracle& oracle = s_.oracles[i];
      if (oracle.log_rows > 40 || oracle.limbs == 0) return bad("oracle", i);
      if (oracle.limbs > (1 << 20) || (Wide{oracle.limbs} << oracle.log_rows) > Wide{limits_.max_places})
        return fail(Code::kTooLarge, "oracle", i);
    }
    return {};
  }

  Status tensors() const {
    std::vector<std::pair<uint64_t, uint64_t>> spans;
    for (size_t i = 0; i < s_.tensors.size(); ++i) {
      const Tensor& tensor = s_.tensors[i];
      if (tensor.oracle >= s_.oracles.size() || tensor.range.low > tensor.range.high) return bad("tensor", i);
      TACIT_TRY(space(tensor.space, "tensor", i));
      const uint64_t mask = (uint64_t{1} << tensor.space.log_block()) - 1;
      const uint64_t capacity = s_.oracles[tensor.oracle].capacity();
      if ((tensor.base & mask) != 0 || tensor.base > capacity || tensor.space.places() > capacity - tensor.base)
        return bad("tensor", i);
    }
    for (size_t o = 0; o < s_.oracles.size(); ++o) {
      spans.clear();
      for (const Tensor& tensor : s_.tensors)
        if (tensor.oracle == o) spans.emplace_back(tensor.base, tensor.base + tensor.space.places());
      std::sort(spans.begin(), spans.end());
      for (size_t i = 1; i < spans.size(); ++i)
        if (spans[i].first < spans[i - 1].second) return fail(Code::kOverlap, "oracle", o);
    }
    return {};
  }

  Status publics() const {
    for (size_t i = 0; i < s_.publics.size(); ++i) {
      const Public& item = s_.publics[i];
      if (item.range.low > item.range.high) return bad("public", i);
      TACIT_TRY(space(item.space, "public", i));
      if (item.space.elements() >> 31 != 0) return fail(Code::kTooLarge, "public", i);
      if (item.kind == PublicKind::kStated ? !item.values.empty() : item.values.size() != item.space.elements())
        return bad("public", i);
      for (int64_t v : item.values)
        if (v < item.range.low || v > item.range.high) return bad("public", i);
    }
    return {};
  }

  // Number of axes of a source, or −1 when it does not exist.
  int source_axes(const Term& term) const {
    switch (term.source) {
      case Source::kTensor:
        return term.id < s_.tensors.size() ? static_cast<int>(s_.tensors[term.id].space.axes.size()) : -1;
      case Source::kPublic:
        return term.id < s_.publics.size() ? static_cast<int>(s_.publics[term.id].space.axes.size()) : -1;
      case Source::kAccumulator:
        return term.id < s_.contractions.size() ? static_cast<int>(s_.contractions[term.id].output_labels().size())
                                                : -1;
    }
    return -1;
  }

  Status view(const View& view, const Space& labels, const char* what, size_t index) const {
    if (view.log_denominator > 62) return bad(what, index);
    for (const Term& term : view.terms) {
      if (source_axes(term) != static_cast<int>(term.maps.size())) return bad(what, index);
      std::vector<bool> seen(labels.axes.size(), false);
      for (const AxisMap& map : term.maps) {
        Wide reach = magnitude({map.offset, map.offset});  // no index that is computed on the way is larger
        for (const AxisMap::Step& step : map.steps) {
          if (step.label >= seen.size() || seen[step.label] || step.stride == 0) return bad(what, index);
          reach = clamp(reach + magnitude({step.stride, step.stride}) * labels.axes[step.label].length);
          seen[step.label] = true;
        }
        if (reach > kMaxReach) return bad(what, index);
      }
    }
    return {};
  }

  Status contraction(size_t i) const {
    const Contraction& k = s_.contractions[i];
    TACIT_TRY(space(k.labels, "contraction", i));
    if (k.roles.size() != k.labels.axes.size()) return bad("contraction", i);
    TACIT_TRY(operand(k, k.a, Role::kRight, i));
    return operand(k, k.c, Role::kLeft, i);
  }

  Status operand(const Contraction& k, const View& v, Role absent, size_t i) const {
    TACIT_TRY(view(v, k.labels, "contraction", i));
    if (v.log_denominator != 0) return bad("contraction", i);
    // A constant would be spread over the other side's labels too.
    if (v.constant != 0) return bad("contraction", i);
    for (const Term& term : v.terms) {
      if (term.source == Source::kAccumulator) return bad("contraction", i);
      for (const AxisMap& map : term.maps)
        for (const AxisMap::Step& step : map.steps)
          if (k.roles[step.label] == absent) return bad("contraction", i);
    }
    return {};
  }

  Status table(size_t i) const {
    const Table& table = s_.tables[i];
    if (table.width == 0 || table.width > 1024 || table.segments.empty()) return bad("table", i);
    for (size_t j = 0; j < table.segments.size(); ++j) {
      const Segment& segment = table.segments[j];
      if (segment.log_rows > 32 || segment.columns.size() != table.width) return bad("table", i);
      if (j > 0 && segment.log_rows > table.segments[j - 1].log_rows) return bad("table", i);
      if (!is_column(segment.multiplicity, segment.log_rows)) return bad("table", i);
      if (s_.oracles[s_.tensors[segment.multiplicity].oracle].kind != OracleKind::kActivations) return bad("table", i);
      for (const Column& column : segment.columns)
        if (column.kind == ColumnKind::kCells && !is_column(column.tensor, segment.log_rows)) return bad("table", i);
    }
    return {};
  }

  bool is_column(TensorId id, uint8_t log_rows) const {
    if (id >= s_.tensors.size()) return false;
    const Space& space = s_.tensors[id].space;
    return space.axes.size() == 1 && space.axes[0].length == (uint64_t{1} << log_rows) &&
           space.axes[0].log_strip == log_rows;
  }

  // A tensor of multiplicities belongs to one segment and to nothing else: it has no proven interval.
  Status multiplicities() {
    is_multiplicity_.assign(s_.tensors.size(), false);
    for (size_t i = 0; i < s_.tables.size(); ++i)
      for (const Segment& segment : s_.tables[i].segments) {
        if (is_multiplicity_[segment.multiplicity]) return bad("table", i);
        is_multiplicity_[segment.multiplicity] = true;
      }
    return {};
  }

  Status lookup(size_t i) const {
    const Lookup& lookup = s_.lookups[i];
    TACIT_TRY(space(lookup.labels, "lookup", i));
    if (lookup.table >= s_.tables.size() || lookup.columns.size() != s_.tables[lookup.table].width)
      return bad("lookup", i);
    for (const View& column : lookup.columns) TACIT_TRY(view(column, lookup.labels, "lookup", i));
    return {};
  }

  // The counts of LogUp are integers below p only when there are fewer leaves than p.
  Status leaves() const {
    Wide leaves = 0;
    for (const Lookup& lookup : s_.lookups) leaves = clamp(leaves + lookup.labels.places());
    for (const Table& table : s_.tables)
      for (const Segment& segment : table.segments) leaves = clamp(leaves + (Wide{1} << segment.log_rows));
    if (leaves > limits_.max_places) return fail(Code::kTooLarge, "leaves");
    if (leaves >= limits_.modulus) return fail(Code::kMayWrap, "leaves");
    return {};
  }

  Status identity(size_t i) const {
    TACIT_TRY(space(s_.identities[i].labels, "identity", i));
    if (s_.identities[i].view.log_denominator != 0) return bad("identity", i);
    return view(s_.identities[i].view, s_.identities[i].labels, "identity", i);
  }

  // Does this term read every cell of its tensor exactly, one label an axis?
  bool covers(const Space& labels, const Term& term) const {
    if (term.source != Source::kTensor) return false;
    const Space& space = s_.tensors[term.id].space;
    for (size_t a = 0; a < term.maps.size(); ++a) {
      const AxisMap& map = term.maps[a];
      if (space.axes[a].length == 1 && map.steps.empty() && map.offset == 0) continue;
      if (map.offset != 0 || map.steps.size() != 1 || map.steps[0].stride != 1) return false;
      if (labels.axes[map.steps[0].label].length < space.axes[a].length) return false;
    }
    return true;
  }

  Status intervals() {
    std::vector<bool> proven(s_.tensors.size(), false);
    for (size_t i = 0; i < s_.tensors.size(); ++i)
      proven[i] = s_.oracles[s_.tensors[i].oracle].kind != OracleKind::kActivations;
    while (prove_by_lookup(proven) || prove_by_identity(proven)) {
    }
    std::vector<bool> used(s_.tensors.size(), false);
    auto mark = [&](const View& v) {
      for (const Term& term : v.terms)
        if (term.source == Source::kTensor) used[term.id] = true;
    };
    for (const Contraction& k : s_.contractions) mark(k.a), mark(k.c);
    for (const Identity& identity : s_.identities) mark(identity.view);
    for (const Lookup& lookup : s_.lookups)
      for (const View& column : lookup.columns) mark(column);
    for (const Table& table : s_.tables)
      for (const Segment& segment : table.segments)
        for (const Column& column : segment.columns)
          if (column.kind == ColumnKind::kCells) used[column.tensor] = true;
    for (size_t i = 0; i < s_.tensors.size(); ++i)
      if (used[i] && (!proven[i] || is_multiplicity_[i])) return fail(Code::kBadInterval, "tensor", i);
    return {};
  }

  bool prove_by_lookup(std::vector<bool>& proven) const {
    bool progress = false;
    for (const Lookup& lookup : s_.lookups) {
      const Table& table = s_.tables[lookup.table];
      for (uint32_t t = 0; t < table.width; ++t) {
        const View& v = lookup.columns[t];
        if (v.terms.size() != 1 || v.log_denominator != 0) continue;
        const Term& target = v.terms[0];
        if (target.coefficient != 1 || !covers(lookup.labels, target) || proven[target.id]) continue;
        if (!is_known(table, t, proven)) continue;
        const WideInterval column = column_hull(s_, table, t);
        const Interval range = s_.tensors[target.id].range;
        // cell + constant lies in the column, so the cell lies in the column moved back.
        if (column.low - v.constant < range.low || column.high - v.constant > range.high) continue;
        proven[target.id] = true;
        progress = true;
      }
    }
    return progress;
  }

  bool prove_by_identity(std::vector<bool>& proven) const {
    bool progress = false;
    for (const Identity& identity : s_.identities) {
      const View& v = identity.view;
      for (size_t t = 0; t < v.terms.size(); ++t) {
        const Term& target = v.terms[t];
        if (target.source != Source::kTensor || proven[target.id] || !covers(identity.labels, target)) continue;
        if (target.coefficient != 1 && target.coefficient != -1) continue;
        WideInterval rest{v.constant, v.constant};
        bool known = true;
        for (size_t j = 0; j < v.terms.size(); ++j) {
          if (j == t) continue;
          known = known && is_known(v.terms[j], proven);
          rest = plus(rest, term_hull(s_, v.terms[j]));
        }
        if (target.coefficient == 1) rest = {-rest.high, -rest.low};
        const Interval range = s_.tensors[target.id].range;
        if (!known || rest.low < range.low || rest.high > range.high) continue;
        proven[target.id] = true;
        progress = true;
      }
    }
    return progress;
  }

  // A column of cells holds what its tensor holds.
  bool is_known(const Table& table, uint32_t column, const std::vector<bool>& proven) const {
    for (const Segment& segment : table.segments) {
      const Column& c = segment.columns[column];
      if (c.kind == ColumnKind::kCells && !proven[c.tensor]) return false;
    }
    return true;
  }

  // An accumulator's hull is known when its operands' intervals are.
  bool is_known(const Term& term, const std::vector<bool>& proven) const {
    if (term.source == Source::kPublic) return true;
    if (term.source == Source::kTensor) return proven[term.id];
    const Contraction& k = s_.contractions[term.id];
    for (const View* v : {&k.a, &k.c})
      for (const Term& inner : v->terms)
        if (!is_known(inner, proven)) return false;
    return true;
  }

  Status no_wrap() const {
    const Wide p = limits_.modulus;
    for (size_t i = 0; i < s_.identities.size(); ++i)
      if (weight(s_, s_.identities[i].view) >= p) return fail(Code::kMayWrap, "identity", i);
    for (size_t i = 0; i < s_.lookups.size(); ++i) {
      const Table& table = s_.tables[s_.lookups[i].table];
      for (uint32_t t = 0; t < table.width; ++t) {
        const View& v = s_.lookups[i].columns[t];
        const Wide key = multiply(magnitude(column_hull(s_, table, t)), Wide{1} << v.log_denominator);
        if (clamp(weight(s_, v) + key) >= p) return fail(Code::kMayWrap, "lookup", i);
      }
    }
    return {};
  }

  const System& s_;
  const CheckLimits& limits_;
  std::vector<bool> is_multiplicity_;
};

}  // namespace

WideInterval hull(const System& system, const View& view) {
  WideInterval sum{view.constant, view.constant};
  for (const Term& term : view.terms) sum = plus(sum, term_hull(system, term));
  return sum;
}

WideInterval hull(const System& system, const Contraction& contraction) {
  WideInterval product = times(hull(system, contraction.a), hull(system, contraction.c));
  Wide inner = 1;
  for (size_t i = 0; i < contraction.roles.size(); ++i)
    if (contraction.roles[i] == Role::kInner) inner = multiply(inner, contraction.labels.axes[i].length);
  return times(product, {inner, inner});
}

WideInterval column_hull(const System& system, const Table& table, uint32_t column) {
  WideInterval out{kHuge, -kHuge};
  for (const Segment& segment : table.segments) {
    const Column& c = segment.columns[column];
    WideInterval h = wide(c.kind == ColumnKind::kCells ? system.tensors[c.tensor].range : Interval{c.start, c.start});
    if (c.kind == ColumnKind::kAffine) {
      const Wide end = c.start + multiply(c.step, (Wide{1} << segment.log_rows) - 1);
      h = {std::min(h.low, end), std::max(h.high, end)};
    }
    out = {std::min(out.low, h.low), std::max(out.high, h.high)};
  }
  return out;
}

Status check(const System& system, const CheckLimits& limits) { return Checker(system, limits).run(); }

}  // namespace tacit::statement
