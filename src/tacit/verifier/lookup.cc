#include "tacit/verifier/lookup.h"

#include <algorithm>

#include "tacit/poly/eq.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::verifier {

using statement::Column;
using statement::ColumnKind;
using statement::Segment;
using statement::System;

LeafLayout leaf_layout(const System& system) {
  LeafLayout out;
  for (uint32_t i = 0; i < system.lookups.size(); ++i) {
    const statement::Space& labels = system.lookups[i].labels;
    out.regions.push_back({false, i, 0, labels.log_block(), labels.blocks(), 0});
  }
  for (uint32_t t = 0; t < system.tables.size(); ++t)
    for (uint32_t s = 0; s < system.tables[t].segments.size(); ++s)
      out.regions.push_back({true, t, s, system.tables[t].segments[s].log_rows, 1, 0});
  std::stable_sort(out.regions.begin(), out.regions.end(),
                   [](const LeafRegion& x, const LeafRegion& y) { return x.log_block > y.log_block; });
  uint64_t end = 0;
  for (LeafRegion& region : out.regions) {
    region.base = end;
    end += region.blocks << region.log_block;
  }
  out.depth = std::max(1, statement::log2_ceil(end));
  return out;
}

std::vector<int> binding_order(int s) {
  std::vector<int> order;
  for (int t = 3; t < s; ++t) order.push_back(t);
  for (int t = 0; t < std::min(s, 3); ++t) order.push_back(t);
  return order;
}

template <class E>
LookupChallenges<E> verify_lookup_challenges(Channel<E>& channel, int alpha_grinding) {
  LookupChallenges<E> out;
  out.gamma = channel.challenge(Label::kGamma);
  channel.check_work(Label::kAlpha, static_cast<uint32_t>(alpha_grinding));
  out.alpha = channel.challenge(Label::kAlpha);
  return out;
}

namespace {

// One layer: from a claim at `point` (2^s nodes) to the values of the four children at a new point.
template <class E>
void verify_layer(Veil<E>& veil, LeafClaim<E>& claim) {
  const int s = static_cast<int>(claim.point.size());
  Channel<E>& channel = veil.channel();
  const E theta = channel.challenge(Label::kTheta);
  Affine<E> e = veil.sum({{E::one(), claim.p}, {theta, claim.q}});
  std::vector<E> point(static_cast<size_t>(s));
  for (int t : binding_order(s)) {
    std::array<Affine<E>, 2> message;  // t(0), t(∞)
    veil.receive(Label::kGkrRound, std::span<Affine<E>>(message));
    const E r = claim.point[static_cast<size_t>(t)];
    const E c = channel.challenge(Label::kGkrPoint);
    // t(c) = t(0) + c·(t(1) − t(0) − t(∞)) + c²·t(∞), t(1) = (e − (1 − r)·t(0))/r.
    channel.require(!(r == E::zero()), Code::kUnlucky, "gkr_point");
    const E k = c * r.inverse();
    e = veil.sum({{k, e}, {E::one() - c - k * (E::one() - r), message[0]}, {c * c - c, message[1]}});
    point[static_cast<size_t>(t)] = c;
  }
  std::array<Affine<E>, 4> child;  // p0, p1, q0, q1
  veil.receive(Label::kGkrEvaluations, std::span<Affine<E>>(child));
  veil.assert_products(
      {{E::one(), veil.sum({{E::one(), child[0]}, {theta, child[2]}}), child[3]}, {E::one(), child[1], child[2]}}, e);
  const E tau = channel.challenge(Label::kGkrPoint);
  claim.p = veil.sum({{E::one() - tau, child[0]}, {tau, child[1]}});
  claim.q = veil.sum({{E::one() - tau, child[2]}, {tau, child[3]}});
  point.push_back(tau);
  claim.point = std::move(point);
}

// Σ of eq(point, ·) over a region's leaves.
template <class E>
E region_weight(const LeafRegion& region, std::span<const E> point) {
  const std::span<const E> high = point.subspan(static_cast<size_t>(region.log_block));
  E out = E::zero();
  for (uint64_t b = 0; b < region.blocks; ++b) out += poly::eq_at<E>(high, (region.base >> region.log_block) + b);
  return out;
}

// The key of a table's padding row: row 0 of its first segment, whose columns are public there.
template <class E>
E padding_key(const System& system, statement::TableId table, const E& gamma) {
  E key = table_tag<E>(table), power = gamma;
  for (const Column& column : system.tables[table].segments[0].columns) {
    key += power * E::Base::from_i64(column.start);
    power *= gamma;
  }
  return key;
}

// What one lookup adds to the q claim: known part and views.
template <class E>
E lookup_leaves(const System& system, const LookupChallenges<E>& challenges, const LeafRegion& region,
                std::span<const E> point, const E& region_sum, Expansion<E>& parts) {
  const statement::Lookup& lookup = system.lookups[region.index];
  E inside = E::zero();
  for (const Weight<E>& w : leaf_weights<E>(lookup.labels, region.base, point)) {
    inside += total(w);
    E power = challenges.gamma;
    for (const statement::View& column : lookup.columns) {
      expand<E>(system, lookup.labels, column, w, -power, parts);
      power *= challenges.gamma;
    }
  }
  return inside * (challenges.alpha - table_tag<E>(lookup.table)) +
         (region_sum - inside) * (challenges.alpha - padding_key<E>(system, lookup.table, challenges.gamma));
}

template <class E>
E segment_leaves(const System& system, const LookupChallenges<E>& challenges, const LeafRegion& region,
                 std::span<const E> point, const E& region_sum, Expansion<E>& p_parts, Expansion<E>& q_parts) {
  using F = typename E::Base;
  const Segment& segment = system.tables[region.index].segments[region.segment];
  const statement::Space rows{{{uint32_t{1} << segment.log_rows, segment.log_rows, false}}};
  const std::vector<Weight<E>> weights = leaf_weights<E>(rows, region.base, point);
  auto add = [&](Expansion<E>& parts, statement::TensorId id, const E& scale) {
    for (const Weight<E>& w : weights) {
      parts.tensors.push_back({id, w});
      parts.tensors.back().weight.factor *= scale;
    }
  };
  add(p_parts, segment.multiplicity, -E::one());
  E known = region_sum * (challenges.alpha - table_tag<E>(region.index));
  const E row = poly::identity_mle<E>(point.first(segment.log_rows));
  E power = challenges.gamma;
  for (const Column& column : segment.columns) {
    if (column.kind == ColumnKind::kCells) {
      add(q_parts, column.tensor, -power);
    } else {
      known -= power * region_sum * (row * F::from_i64(column.step) + E(F::from_i64(column.start)));
    }
    power *= challenges.gamma;
  }
  return known;
}

}  // namespace

template <class E>
LeafClaim<E> verify_lookup_tree(Veil<E>& veil, int depth) {
  const Affine<E> q = veil.receive(Label::kRootDenominator);
  const Affine<E> inverse = veil.receive(Label::kRootDenominator);
  veil.assert_products({{E::one(), q, inverse}}, Affine<E>(E::one()));
  LeafClaim<E> claim{{}, Affine<E>(E::zero()), q};
  for (int s = 0; s < depth; ++s) verify_layer(veil, claim);
  return claim;
}

template <class E>
std::vector<Claim<E>> leaf_claims(const System& system, const LookupChallenges<E>& challenges,
                                  const LeafClaim<E>& leaf) {
  const std::span<const E> point(leaf.point);
  Claim<E> p{leaf.p, {}}, q{leaf.q, {}};
  E outside = E::one();
  for (const LeafRegion& region : leaf_layout(system).regions) {
    const E sum = region_weight<E>(region, point);
    outside -= sum;
    if (region.is_segment) {
      q.parts.constant += segment_leaves<E>(system, challenges, region, point, sum, p.parts, q.parts);
    } else {
      p.parts.constant += sum;
      q.parts.constant += lookup_leaves<E>(system, challenges, region, point, sum, q.parts);
    }
  }
  q.parts.constant += outside;
  return {std::move(p), std::move(q)};
}

#define TACIT_INSTANTIATE(E)                                                  \
  template LookupChallenges<E> verify_lookup_challenges<E>(Channel<E>&, int); \
  template LeafClaim<E> verify_lookup_tree<E>(Veil<E>&, int);                 \
  template std::vector<Claim<E>> leaf_claims<E>(const System&, const LookupChallenges<E>&, const LeafClaim<E>&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
