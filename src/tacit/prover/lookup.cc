#include "tacit/prover/lookup.h"

#include "tacit/poly/eq.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::prover {

using statement::Assignment;
using statement::Column;
using statement::System;
using verifier::LeafRegion;

namespace {

template <class E>
void lookup_leaves(const System& system, const Assignment& assignment,
                   const verifier::LookupChallenges<E>& challenges, const LeafRegion& region, Leaves<E>& out) {
  using F = typename E::Base;
  const statement::Lookup& lookup = system.lookups[region.index];
  const E tag = verifier::table_tag<E>(lookup.table);
  const E constant = challenges.alpha - tag;
  E padding = constant, power = challenges.gamma;
  for (const Column& column : system.tables[lookup.table].segments[0].columns) {
    padding -= power * F::from_i64(column.start);
    power *= challenges.gamma;
  }
  const uint64_t places = region.blocks << region.log_block;
  std::fill_n(out.p.begin() + static_cast<long>(region.base), places, E::one());
  std::fill_n(out.q.begin() + static_cast<long>(region.base), places, padding);
  std::vector<std::vector<int64_t>> columns;
  std::vector<E> scale;
  power = challenges.gamma;
  for (const statement::View& view : lookup.columns) {
    columns.push_back(statement::evaluate(system, assignment, lookup.labels, view));
    scale.push_back(power * F(uint64_t{1} << view.log_denominator).inverse());
    power *= challenges.gamma;
  }
  for_each_run(lookup.labels, [&](uint64_t place, uint64_t flat, uint64_t count) {
    for (uint64_t j = 0; j < count; ++j) {
      E q = constant;
      for (size_t t = 0; t < columns.size(); ++t) q -= scale[t] * F::from_i64(columns[t][flat + j]);
      out.q[region.base + place + j] = q;
    }
  });
}

template <class E>
void segment_leaves(const System& system, const Assignment& assignment,
                    const verifier::LookupChallenges<E>& challenges, const LeafRegion& region, Leaves<E>& out) {
  using F = typename E::Base;
  const statement::Segment& segment = system.tables[region.index].segments[region.segment];
  const std::vector<int64_t>& counts = assignment.tensors[segment.multiplicity];
  const E constant = challenges.alpha - verifier::table_tag<E>(region.index);
  for (uint64_t j = 0; j < (uint64_t{1} << segment.log_rows); ++j) {
    E q = constant, power = challenges.gamma;
    for (const Column& column : segment.columns) {
      const int64_t v = column.kind == statement::ColumnKind::kCells
                            ? assignment.tensors[column.tensor][j]
                            : column.start + column.step * static_cast<int64_t>(j);
      q -= power * F::from_i64(v);
      power *= challenges.gamma;
    }
    out.p[region.base + j] = E(F::from_i64(-counts[j]));
    out.q[region.base + j] = q;
  }
}

// One layer's sumcheck over four arrays of 2^s nodes.
template <class E>
struct LayerTables {
  std::vector<E> u0, p1, q0, q1;  // u0 = p0 + θ·q0

  // t(0) and t(∞) when bit `b` of the index is the variable; eq over the remaining bits.
  std::array<E, 2> message(int b, std::span<const E> eq) const {
    std::array<E, 2> out{E::zero(), E::zero()};
    const size_t mask = (size_t{1} << b) - 1;
    for (size_t i = 0; i < eq.size(); ++i) {
      const size_t low = ((i & ~mask) << 1) | (i & mask), high = low | (mask + 1);
      out[0] += eq[i] * (u0[low] * q1[low] + p1[low] * q0[low]);
      out[1] += eq[i] * ((u0[high] - u0[low]) * (q1[high] - q1[low]) + (p1[high] - p1[low]) * (q0[high] - q0[low]));
    }
    return out;
  }
  void bind(int b, const E& r) {
    const size_t mask = (size_t{1} << b) - 1, half = u0.size() / 2;
    for (std::vector<E>* v : {&u0, &p1, &q0, &q1}) {
      for (size_t i = 0; i < half; ++i) {
        const size_t low = ((i & ~mask) << 1) | (i & mask), high = low | (mask + 1);
        (*v)[i] = (*v)[low] + r * ((*v)[high] - (*v)[low]);
      }
      v->resize(half);
    }
  }
};

// The point's coordinates that belong to the bits left after binding coordinate t of a layer of 2^s nodes.
template <class E>
std::vector<E> remaining_coordinates(const std::vector<E>& point, int t) {
  std::vector<E> out;
  const int s = static_cast<int>(point.size());
  if (t >= 3) {
    out.assign(point.begin(), point.begin() + 3);
    out.insert(out.end(), point.begin() + t + 1, point.end());
  } else {
    out.assign(point.begin() + t + 1, point.begin() + std::min(s, 3));
  }
  return out;
}

// Proves one layer at `point`; `p` and `q` are its children's, 2^(s+1) each. Extends the point by one coordinate.
template <class E>
void prove_layer(VeilWriter<E>& veil, const std::vector<E>& p, const std::vector<E>& q, std::vector<E>& point) {
  const int s = static_cast<int>(point.size());
  const long half = static_cast<long>(p.size() / 2);
  const E theta = veil.challenge(Label::kTheta);
  LayerTables<E> tables{{p.begin(), p.begin() + half}, {p.begin() + half, p.end()},
                        {q.begin(), q.begin() + half}, {q.begin() + half, q.end()}};
  for (size_t i = 0; i < tables.u0.size(); ++i) tables.u0[i] += theta * tables.q0[i];
  std::vector<E> next(static_cast<size_t>(s));
  for (int t : verifier::binding_order(s)) {
    const int bit = t >= 3 ? 3 : 0;
    const std::vector<E> eq = poly::eq_table<E>(remaining_coordinates(point, t));
    std::array<E, 2> message = tables.message(bit, eq);
    if (planted(Fault::kWrongRound)) message[1] += E::one();
    veil.send(Label::kGkrRound, std::span<const E>(message));
    const E c = veil.challenge(Label::kGkrPoint);
    tables.bind(bit, c);
    next[static_cast<size_t>(t)] = c;
  }
  const std::array<E, 4> child{tables.u0[0] - theta * tables.q0[0], tables.p1[0], tables.q0[0], tables.q1[0]};
  veil.send(Label::kGkrEvaluations, std::span<const E>(child));
  next.push_back(veil.challenge(Label::kGkrPoint));
  point = std::move(next);
}

}  // namespace

template <class E>
Leaves<E> make_leaves(const System& system, const Assignment& assignment,
                      const verifier::LookupChallenges<E>& challenges) {
  const verifier::LeafLayout layout = verifier::leaf_layout(system);
  const size_t n = size_t{1} << layout.depth;
  Leaves<E> out{std::vector<E>(n, E::zero()), std::vector<E>(n, E::one())};
  for (const LeafRegion& region : layout.regions) {
    if (region.is_segment) {
      segment_leaves(system, assignment, challenges, region, out);
    } else {
      lookup_leaves(system, assignment, challenges, region, out);
    }
  }
  return out;
}

template <class E>
Result<std::vector<E>> prove_lookup_tree(VeilWriter<E>& veil, Leaves<E> leaves) {
  // layers[s] has 2^s nodes; the leaves are the last.
  std::vector<Leaves<E>> layers{std::move(leaves)};
  while (layers.back().q.size() > 1) {
    const Leaves<E>& below = layers.back();
    const size_t half = below.q.size() / 2;
    Leaves<E> layer{std::vector<E>(half), std::vector<E>(half)};
    for (size_t i = 0; i < half; ++i) {
      layer.p[i] = below.p[i] * below.q[i + half] + below.p[i + half] * below.q[i];
      layer.q[i] = below.q[i] * below.q[i + half];
    }
    layers.push_back(std::move(layer));
  }
  const Leaves<E>& root = layers.back();
  if (root.q[0] == E::zero()) return fail(Code::kUnlucky, "lookup tree");
  if (!(root.p[0] == E::zero())) return fail(Code::kConstraintViolated, "lookup tree");
  veil.send(Label::kRootDenominator, root.q[0]);
  veil.send(Label::kRootDenominator, root.q[0].inverse());
  std::vector<E> point;
  for (size_t s = 0; s + 1 < layers.size(); ++s) {
    const Leaves<E>& children = layers[layers.size() - 2 - s];
    prove_layer(veil, children.p, children.q, point);
  }
  return point;
}

#define TACIT_INSTANTIATE(E)                                                                              \
  template Leaves<E> make_leaves<E>(const System&, const Assignment&, const verifier::LookupChallenges<E>&); \
  template Result<std::vector<E>> prove_lookup_tree<E>(VeilWriter<E>&, Leaves<E>);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::prover
