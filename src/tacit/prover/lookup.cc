#include "tacit/prover/lookup.h"

#include <algorithm>

#include "tacit/parallel/parallel.h"
#include "tacit/prover/layer.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::prover {

using statement::Assignment;
using statement::Column;
using statement::System;
using verifier::LeafRegion;
using verifier::LookupChallenges;

namespace {

constexpr size_t kGrain = 1 << 12;  // leaves

template <class E>
void lookup_leaves(const System& system, const Assignment& assignment, const LookupChallenges<E>& challenges,
                   const LeafRegion& region, Fractions<E>& out) {
  using F = typename E::Base;
  const statement::Lookup& lookup = system.lookups[region.index];
  const E constant = challenges.alpha - verifier::table_tag<E>(lookup.table);
  E padding = constant, power = challenges.gamma;
  for (const Column& column : system.tables[lookup.table].segments[0].columns) {
    padding -= power * F::from_i64(column.start);
    power *= challenges.gamma;
  }
  std::vector<std::vector<int64_t>> columns;
  std::vector<E> scale;
  power = challenges.gamma;
  for (const statement::View& view : lookup.columns) {
    columns.push_back(statement::evaluate(system, assignment, lookup.labels, view));
    scale.push_back(power * F(uint64_t{1} << view.log_denominator).inverse());
    power *= challenges.gamma;
  }
  const uint64_t places = region.blocks << region.log_block;
  const bool padded = places != lookup.labels.elements();
  parallel::parallel_for(0, places, kGrain, [&](size_t first, size_t last) {
    for (size_t i = first; i < last; ++i) {
      out.p.set(region.base + i, E::one());
      if (padded) out.q.set(region.base + i, padding);
    }
  });
  const uint64_t rows = statement::rows_of(lookup.labels);
  const size_t rows_at_once = std::max<size_t>(1, kGrain * rows / std::max<uint64_t>(1, places));
  parallel::parallel_for(0, rows, rows_at_once, [&](size_t begin, size_t end) {
    for_each_run(lookup.labels, begin, end, [&](uint64_t place, uint64_t flat, uint64_t count) {
      for (uint64_t j = 0; j < count; ++j) {
        E q = constant;
        for (size_t t = 0; t < columns.size(); ++t) q -= scale[t] * F::from_i64(columns[t][flat + j]);
        out.q.set(region.base + place + j, q);
      }
    });
  });
}

template <class E>
void segment_leaves(const System& system, const Assignment& assignment, const LookupChallenges<E>& challenges,
                    const LeafRegion& region, Fractions<E>& out) {
  using F = typename E::Base;
  const statement::Segment& segment = system.tables[region.index].segments[region.segment];
  const std::vector<int64_t>& counts = assignment.tensors[segment.multiplicity];
  const E constant = challenges.alpha - verifier::table_tag<E>(region.index);
  parallel::parallel_for(0, size_t{1} << segment.log_rows, kGrain, [&](size_t first, size_t last) {
    for (size_t j = first; j < last; ++j) {
      E q = constant, power = challenges.gamma;
      for (const Column& column : segment.columns) {
        const int64_t v = column.kind == statement::ColumnKind::kCells
                              ? assignment.tensors[column.tensor][j]
                              : column.start + column.step * static_cast<int64_t>(j);
        q -= power * F::from_i64(v);
        power *= challenges.gamma;
      }
      out.p.set(region.base + j, E(F::from_i64(-counts[j])));
      out.q.set(region.base + j, q);
    }
  });
}

}  // namespace

template <class E>
Fractions<E> make_leaves(const System& system, const Assignment& assignment, const LookupChallenges<E>& challenges) {
  const verifier::LeafLayout layout = verifier::leaf_layout(system);
  Fractions<E> out(size_t{1} << layout.depth);
  uint64_t end = 0;
  for (const LeafRegion& region : layout.regions) {
    end = region.base + (region.blocks << region.log_block);
    if (region.is_segment) {
      segment_leaves(system, assignment, challenges, region, out);
    } else {
      lookup_leaves(system, assignment, challenges, region, out);
    }
  }
  for (uint64_t i = end; i < out.size(); ++i) {
    out.p.set(i, E::zero());
    out.q.set(i, E::one());
  }
  return out;
}

template <class E>
Result<std::vector<E>> prove_lookup_tree(VeilWriter<E>& veil, Fractions<E> leaves) {
  // layers[0] is the leaves, the last has one node.
  std::vector<Fractions<E>> layers;
  layers.push_back(std::move(leaves));
  while (layers.back().size() > 1) layers.push_back(parents(layers.back()));
  const E p = layers.back().p.get(0), q = layers.back().q.get(0);
  if (q == E::zero()) return fail(Code::kUnlucky, "lookup tree");
  if (!(p == E::zero())) return fail(Code::kConstraintViolated, "lookup tree");
  veil.send(Label::kRootDenominator, q);
  veil.send(Label::kRootDenominator, q.inverse());
  std::vector<E> point;
  layers.pop_back();
  for (; !layers.empty(); layers.pop_back()) {
    prove_layer(veil, layers.back(), point);
    // The next layer's verifier divides by its point's coordinates.
    if (std::find(point.begin(), point.end(), E::zero()) != point.end()) return fail(Code::kUnlucky, "lookup tree");
  }
  return point;
}

#define TACIT_INSTANTIATE(E)                                                                          \
  template Fractions<E> make_leaves<E>(const System&, const Assignment&, const LookupChallenges<E>&); \
  template Result<std::vector<E>> prove_lookup_tree<E>(VeilWriter<E>&, Fractions<E>);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::prover
