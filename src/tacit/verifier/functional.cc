#include "tacit/verifier/functional.h"

#include <algorithm>

#include "tacit/base/check.h"
#include "tacit/poly/eq.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::verifier {

using statement::Axis;
using statement::AxisMap;
using statement::Space;
using statement::Term;

namespace {

template <class E>
E sum(const AxisWeight<E>& w) {
  E out = E::zero();
  for (const E& x : w.values) out += x;
  return out;
}

uint32_t source_axis_length(const statement::System& system, const Term& term, size_t axis) {
  if (term.source == statement::Source::kTensor) return system.tensors[term.id].space.axes[axis].length;
  if (term.source == statement::Source::kPublic) return system.publics[term.id].space.axes[axis].length;
  const statement::Contraction& k = system.contractions[term.id];
  return k.labels.axes[k.output_labels()[axis]].length;
}

// The pull-back of the labels' weights through one axis map onto an axis of this length.
template <class E>
AxisWeight<E> pull_back(const AxisMap& map, uint32_t length, const Weight<E>& weight) {
  AxisWeight<E> out;
  if (map.steps.size() == 1 && map.steps[0].stride == 1) {  // a plain slice: the common case
    const AxisWeight<E>& u = weight.axes[map.steps[0].label];
    const int64_t begin = map.offset + u.begin;
    const int64_t first = std::max<int64_t>(begin, 0);
    const int64_t last = std::min<int64_t>(begin + static_cast<int64_t>(u.values.size()), length);
    out.begin = static_cast<uint32_t>(std::min<int64_t>(first, length));
    if (first < last) out.values.assign(u.values.begin() + (first - begin), u.values.begin() + (last - begin));
    return out;
  }
  // Sparse polynomial product: one label at a time, over the reachable indices.
  std::vector<std::pair<int64_t, E>> reached{{map.offset, E::one()}};
  for (const AxisMap::Step& step : map.steps) {
    const AxisWeight<E>& u = weight.axes[step.label];
    std::vector<std::pair<int64_t, E>> next;
    next.reserve(reached.size() * u.values.size());
    for (const auto& [at, k] : reached)
      for (size_t i = 0; i < u.values.size(); ++i)
        next.emplace_back(at + step.stride * (int64_t{u.begin} + static_cast<int64_t>(i)), k * u.values[i]);
    reached = std::move(next);
  }
  out.values.assign(length, E::zero());
  for (const auto& [at, k] : reached)
    if (at >= 0 && at < length) out.values[static_cast<size_t>(at)] += k;
  return out;
}

}  // namespace

template <class E>
void expand(const statement::System& system, const Space& labels, const statement::View& view, const Weight<E>& weight,
            const E& scale, Expansion<E>& out) {
  using F = typename E::Base;
  TACIT_CHECK(weight.axes.size() == labels.axes.size());
  const F unit = F(uint64_t{1} << view.log_denominator).inverse();
  for (const Term& term : view.terms) {
    Functional<E> item{term.id, {scale * weight.factor * (F::from_i64(term.coefficient) * unit), {}}};
    std::vector<bool> used(labels.axes.size(), false);
    for (size_t a = 0; a < term.maps.size(); ++a) {
      item.weight.axes.push_back(pull_back(term.maps[a], source_axis_length(system, term, a), weight));
      for (const AxisMap::Step& step : term.maps[a].steps) used[step.label] = true;
    }
    for (size_t l = 0; l < used.size(); ++l)
      if (!used[l]) item.weight.factor *= sum(weight.axes[l]);
    switch (term.source) {
      case statement::Source::kTensor:
        out.tensors.push_back(std::move(item));
        break;
      case statement::Source::kAccumulator:
        out.accumulators.push_back(std::move(item));
        break;
      case statement::Source::kPublic:
        out.publics.push_back(std::move(item));
        break;
    }
  }
  if (view.constant != 0) out.constant += scale * total(weight) * (F::from_i64(view.constant) * unit);
}

template <class E>
E total(const Weight<E>& weight) {
  E out = weight.factor;
  for (const AxisWeight<E>& w : weight.axes) out *= sum(w);
  return out;
}

template <class E>
E evaluate(const Space& space, std::span<const int64_t> values, const Weight<E>& weight) {
  TACIT_CHECK(values.size() == space.elements());
  // Contract the last axis first: each step shrinks the array by one axis.
  std::vector<E> level;
  size_t size = values.size();
  for (size_t a = space.axes.size(); a-- > 0;) {
    const uint32_t n = space.axes[a].length;
    const AxisWeight<E>& w = weight.axes[a];
    std::vector<E> next(size / n, E::zero());
    for (size_t o = 0; o < next.size(); ++o)
      for (size_t i = 0; i < w.values.size(); ++i) {
        const size_t at = o * n + w.begin + i;
        next[o] += level.empty() ? w.values[i] * E::Base::from_i64(values[at]) : w.values[i] * level[at];
      }
    size = next.size();
    level = std::move(next);
  }
  const E value = level.empty() ? E(E::Base::from_i64(values[0])) : level[0];
  return value * weight.factor;
}

template <class E>
E evaluate_at(const statement::Tensor& tensor, const Weight<E>& weight, int log_address, EqTables<E>& tables) {
  const std::span<const E> point = tables.point().first(static_cast<size_t>(log_address));
  const std::vector<Axis>& axes = tensor.space.axes;
  const size_t d = axes.size();
  // slices[a][s]: the axis weight of strip s, extended to the strip's coordinates.
  std::vector<std::vector<E>> slices(d);
  std::vector<uint32_t> first(d, 0);
  int bit = 0;
  for (size_t a = d; a-- > 0;) {
    const Axis& axis = axes[a];
    const AxisWeight<E>& w = weight.axes[a];
    if (w.values.empty()) return E::zero();
    const std::vector<E>& eq = tables.table(static_cast<size_t>(bit), axis.log_strip);
    bit += axis.log_strip;
    first[a] = w.begin >> axis.log_strip;
    const uint32_t last = static_cast<uint32_t>((w.begin + w.values.size() - 1) >> axis.log_strip);
    slices[a].assign(last - first[a] + 1, E::zero());
    for (size_t i = 0; i < w.values.size(); ++i) {
      const uint64_t at = w.begin + i;
      slices[a][(at >> axis.log_strip) - first[a]] += w.values[i] * eq[at & (axis.strip() - 1)];
    }
  }
  const std::span<const E> high = point.subspan(static_cast<size_t>(bit));
  const uint64_t base = tensor.base >> bit;
  // Sum over the blocks that the weight touches.
  E out = E::zero();
  std::vector<uint32_t> s(d, 0);
  while (true) {
    uint64_t block = 0;
    E product = E::one();
    for (size_t a = 0; a < d; ++a) {
      block = block * axes[a].strips() + first[a] + s[a];
      product *= slices[a][s[a]];
    }
    out += product * poly::eq_at<E>(high, base + block);
    size_t a = d;
    while (a > 0 && ++s[a - 1] == slices[a - 1].size()) s[--a] = 0;
    if (a == 0) break;
  }
  return out * weight.factor;
}

template <class E>
std::vector<Weight<E>> leaf_weights(const Space& space, uint64_t base, std::span<const E> point) {
  const size_t d = space.axes.size();
  const int log_block = space.log_block();
  const std::span<const E> high = point.subspan(static_cast<size_t>(log_block));
  // The axis with most strips carries the block's weight; the strips of the others are enumerated.
  size_t free_axis = 0;
  for (size_t a = 1; a < d; ++a)
    if (space.axes[a].strips() > space.axes[free_axis].strips()) free_axis = a;
  std::vector<std::vector<E>> low(d);
  std::vector<uint64_t> block_stride(d, 1);
  int bit = 0;
  uint64_t stride = 1;
  for (size_t a = d; a-- > 0;) {
    low[a] = poly::eq_table<E>(point.subspan(static_cast<size_t>(bit), space.axes[a].log_strip));
    bit += space.axes[a].log_strip;
    block_stride[a] = stride;
    stride *= space.axes[a].strips();
  }
  auto slice = [&](size_t a, uint64_t strip) {
    const Axis& axis = space.axes[a];
    const uint64_t begin = strip << axis.log_strip;
    const uint64_t n = std::min<uint64_t>(axis.strip(), axis.length - begin);
    return AxisWeight<E>{static_cast<uint32_t>(begin), {low[a].begin(), low[a].begin() + static_cast<long>(n)}};
  };
  std::vector<Weight<E>> out;
  if (d == 0) {
    out.push_back({poly::eq_at<E>(high, base >> log_block), {}});
    return out;
  }
  std::vector<uint32_t> s(d, 0);
  while (true) {
    Weight<E> weight;
    uint64_t block = base >> log_block;
    for (size_t a = 0; a < d; ++a) {
      if (a != free_axis) block += s[a] * block_stride[a];
      weight.axes.push_back(a == free_axis ? AxisWeight<E>{} : slice(a, s[a]));
    }
    std::vector<E>& run = weight.axes[free_axis].values;
    run.reserve(space.axes[free_axis].length);
    for (uint32_t strip = 0; strip < space.axes[free_axis].strips(); ++strip) {
      const E scale = poly::eq_at<E>(high, block + strip * block_stride[free_axis]);
      for (const E& x : slice(free_axis, strip).values) run.push_back(scale * x);
    }
    out.push_back(std::move(weight));
    size_t a = d;
    while (a > 0 && (a - 1 == free_axis || ++s[a - 1] == space.axes[a - 1].strips())) s[--a] = 0;
    if (a == 0) break;
  }
  return out;
}

int point_bits(const Space& labels) {
  int bits = 0;
  for (const Axis& axis : labels.axes) bits += statement::log2_ceil(axis.length);
  return bits;
}

template <class E>
AxisWeight<E> eq_weight(std::span<const E> point, uint32_t length) {
  AxisWeight<E> out{0, poly::eq_table<E>(point)};
  out.values.resize(length);
  return out;
}

template <class E>
Weight<E> point_weight(const Space& labels, std::span<const E> point) {
  Weight<E> out;
  out.axes.resize(labels.axes.size());
  size_t bit = 0;
  for (size_t a = labels.axes.size(); a-- > 0;) {
    const size_t bits = static_cast<size_t>(statement::log2_ceil(labels.axes[a].length));
    out.axes[a] = eq_weight<E>(point.subspan(bit, bits), labels.axes[a].length);
    bit += bits;
  }
  return out;
}

#define TACIT_INSTANTIATE(E)                                                                                          \
  template void expand<E>(const statement::System&, const Space&, const statement::View&, const Weight<E>&, const E&, \
                          Expansion<E>&);                                                                             \
  template E total<E>(const Weight<E>&);                                                                              \
  template E evaluate<E>(const Space&, std::span<const int64_t>, const Weight<E>&);                                   \
  template E evaluate_at<E>(const statement::Tensor&, const Weight<E>&, int, EqTables<E>&);                           \
  template std::vector<Weight<E>> leaf_weights<E>(const Space&, uint64_t, std::span<const E>);                        \
  template Weight<E> point_weight<E>(const Space&, std::span<const E>);                                               \
  template AxisWeight<E> eq_weight<E>(std::span<const E>, uint32_t);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
