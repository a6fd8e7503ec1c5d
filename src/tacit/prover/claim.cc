#include "tacit/prover/claim.h"

#include <algorithm>
#include <map>

#include "tacit/parallel/parallel.h"
#include "tacit/prover/block_claim.h"
#include "tacit/prover/kernels.h"
#include "tacit/prover/sumcheck.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::prover {

using statement::Assignment;
using statement::Contraction;
using statement::Role;
using statement::Space;
using statement::System;
using verifier::AxisWeight;
using verifier::Functional;
using verifier::Instance;
using verifier::Weight;

namespace {

// Calls f(flat, product) for every combination of indices of the given axes inside the weight's support: `flat` is the
// row-major index over `lengths`, `product` the product of the axes' weights.
template <class E, class Visit>
void for_each_weighted(const std::vector<const AxisWeight<E>*>& weights, const std::vector<uint32_t>& lengths,
                       const E& factor, Visit&& visit) {
  const size_t d = weights.size();
  for (const AxisWeight<E>* w : weights)
    if (w->values.empty()) return;
  std::vector<size_t> at(d, 0);
  std::vector<E> product(d + 1, factor);
  size_t changed = 0;
  while (true) {
    for (size_t a = changed; a < d; ++a) product[a + 1] = product[a] * weights[a]->values[at[a]];
    uint64_t flat = 0;
    for (size_t a = 0; a < d; ++a) flat = flat * lengths[a] + weights[a]->begin + at[a];
    visit(flat, product[d]);
    size_t a = d;
    while (a > 0 && ++at[a - 1] == weights[a - 1]->values.size()) at[--a] = 0;
    if (a == 0) return;
    changed = a - 1;
  }
}

std::vector<uint32_t> labels_with(const Contraction& k, Role role) {
  std::vector<uint32_t> out;
  for (uint32_t i = 0; i < k.roles.size(); ++i)
    if (k.roles[i] == role) out.push_back(i);
  return out;
}

Space subspace(const Contraction& k, const std::vector<uint32_t>& labels) {
  Space out;
  for (uint32_t i : labels) out.axes.push_back(k.labels.axes[i]);
  return out;
}

// The address in the cube of every element of the batch labels, or of the inner labels.
std::vector<uint64_t> cube_addresses(const Contraction& k, Role role) {
  int bit = 0;
  if (role == Role::kBatch)
    for (uint32_t i : labels_with(k, Role::kInner)) bit += statement::log2_ceil(k.labels.axes[i].length);
  Space space = subspace(k, labels_with(k, role));
  for (statement::Axis& axis : space.axes) axis = statement::whole_axis(axis.length);
  std::vector<uint64_t> out = statement::places_of(space);
  for (uint64_t& address : out) address <<= bit;
  return out;
}

// Is the view the tensor or accumulator as it lies in memory, over labels in this order?
bool is_plain(const statement::View& view, const Space& labels, const Space& source) {
  if (view.terms.size() != 1 || view.constant != 0 || view.terms[0].coefficient != 1) return false;
  if (labels.axes.size() != source.axes.size()) return false;
  for (uint32_t a = 0; a < source.axes.size(); ++a) {
    const statement::AxisMap& map = view.terms[0].maps[a];
    if (map.offset != 0 || map.steps.size() != 1 || map.steps[0].label != a || map.steps[0].stride != 1 ||
        labels.axes[a].length != source.axes[a].length)
      return false;
  }
  return true;
}

// The view's values over these labels; `scratch` holds them unless a tensor does already.
std::span<const int64_t> view_values(const System& system, const Assignment& assignment, const Space& labels,
                                     const statement::View& view, std::vector<int64_t>& scratch) {
  if (!view.terms.empty() && view.terms[0].source == statement::Source::kTensor &&
      is_plain(view, labels, system.tensors[view.terms[0].id].space))
    return assignment.tensors[view.terms[0].id];
  return scratch = statement::evaluate(system, assignment, labels, view);
}

// out[i] = Σ_r weights[r]·values[r·n + i], over rows of n.
template <class E>
void weighted_rows(std::span<const E> weights, const int64_t* values, size_t n, std::span<E> out) {
  using F = typename E::Base;
  constexpr size_t kPiece = 2048, kTasks = 16, kSmall = 1 << 14;
  const size_t n_rows = weights.size();
  // Each task sums some rows into a vector of its own; few of them, and none for little work.
  const size_t tasks = std::clamp<size_t>(n_rows * n / kSmall, 1, std::min(kTasks, n_rows));
  std::vector<E> sums((tasks - 1) * n, E::zero());
  parallel::parallel_for(0, tasks, 1, [&](size_t task, size_t) {
    const std::span<E> sum = task == 0 ? out : std::span(sums).subspan((task - 1) * n, n);
    F cells[kPiece];
    for (size_t first = 0; first < n; first += kPiece) {
      const std::span<F> piece(cells, std::min(kPiece, n - first));
      for (size_t r = n_rows * task / tasks; r < n_rows * (task + 1) / tasks; ++r) {
        if (weights[r] == E::zero()) continue;  // outside the weight's support, which is public
        for (size_t i = 0; i < piece.size(); ++i) piece[i] = F::from_i64(values[r * n + first + i]);
        piece_add_scaled<E>(sum.subspan(first, piece.size()), weights[r], piece);
      }
    }
  });
  for (size_t i = 0; i < sums.size(); ++i) out[i % n] += sums[i];
}

// One operand summed over its side's labels: table[cube(b, i)] = Σ_τ Σ_s w_τ[b, s]·view[b, s, i].
template <class E>
std::vector<E> operand_table(const System& system, const Assignment& assignment, const Contraction& k,
                             const statement::View& view, Role side, std::span<const Weight<E>> weights) {
  std::vector<uint32_t> order = labels_with(k, Role::kBatch);
  const std::vector<uint32_t> sides = labels_with(k, side), inner = labels_with(k, Role::kInner);
  order.insert(order.end(), sides.begin(), sides.end());
  const std::vector<uint32_t> outer = order;
  order.insert(order.end(), inner.begin(), inner.end());
  statement::View local = view;
  for (statement::Term& term : local.terms)
    for (statement::AxisMap& map : term.maps)
      for (statement::AxisMap::Step& step : map.steps)
        step.label = static_cast<uint32_t>(std::find(order.begin(), order.end(), step.label) - order.begin());
  std::vector<int64_t> scratch;
  const std::span<const int64_t> values = view_values(system, assignment, subspace(k, order), local, scratch);

  std::vector<E> dense(subspace(k, outer).elements(), E::zero());
  std::vector<uint32_t> lengths;
  for (const uint32_t i : outer) lengths.push_back(k.labels.axes[i].length);
  for (const Weight<E>& w : weights) {
    std::vector<const AxisWeight<E>*> axes;
    for (const uint32_t i : outer) axes.push_back(&w.axes[i]);
    for_each_weighted<E>(axes, lengths, w.factor, [&](uint64_t flat, const E& weight) { dense[flat] += weight; });
  }
  const std::vector<uint64_t> batch_at = cube_addresses(k, Role::kBatch), inner_at = cube_addresses(k, Role::kInner);
  const uint64_t n_side = subspace(k, sides).elements(), n_inner = inner_at.size();
  std::vector<E> table(size_t{1} << verifier::contraction_bits(k), E::zero());
  parallel::parallel_for(0, batch_at.size(), 1, [&](size_t b, size_t) {
    std::vector<E> row(n_inner, E::zero());
    weighted_rows<E>(std::span<const E>(dense).subspan(b * n_side, n_side), values.data() + b * n_side * n_inner,
                     n_inner, row);
    for (uint64_t i = 0; i < n_inner; ++i) table[batch_at[b] | inner_at[i]] = row[i];
  });
  return table;
}

// The right weight, spread over batch labels (which the right side sums with weight one each).
template <class E>
Weight<E> with_unit_batches(const Contraction& k, Weight<E> weight) {
  for (uint32_t i : labels_with(k, Role::kBatch))
    weight.axes[i] = {0, std::vector<E>(k.labels.axes[i].length, E::one())};
  return weight;
}

}  // namespace

template <class E>
E instance_sum(const System& system, const Assignment& assignment, const Instance<E>& instance) {
  using F = typename E::Base;
  const Contraction& k = system.contractions[instance.contraction];
  const std::vector<int64_t>& out = assignment.accumulators[instance.contraction];
  std::vector<uint32_t> lengths;
  for (uint32_t i : k.output_labels()) lengths.push_back(k.labels.axes[i].length);
  E sum = E::zero();
  for (const Weight<E>& left : instance.left) {
    std::vector<const AxisWeight<E>*> axes;
    for (uint32_t i : k.output_labels())
      axes.push_back(k.roles[i] == Role::kRight ? &instance.right.axes[i] : &left.axes[i]);
    for_each_weighted<E>(axes, lengths, left.factor,
                         [&](uint64_t flat, const E& weight) { sum += weight * F::from_i64(out[flat]); });
  }
  return sum;
}

template <class E>
std::vector<std::vector<Functional<E>>> prove_contractions(VeilWriter<E>& veil, const System& system,
                                                           const Assignment& assignment,
                                                           const std::vector<Instance<E>>& list) {
  if (list.empty()) return {};
  const E lambda = veil.challenge(Label::kLambda);
  std::vector<SumcheckPair<E>> pairs(list.size());
  int bits = 0;
  E power = E::one();
  for (size_t k = 0; k < list.size(); ++k) {
    const Contraction& contraction = system.contractions[list[k].contraction];
    bits = std::max(bits, verifier::contraction_bits(contraction));
    pairs[k].scale = power;
    pairs[k].a = operand_table<E>(system, assignment, contraction, contraction.a, Role::kLeft, list[k].left);
    const Weight<E> right = with_unit_batches(contraction, list[k].right);
    pairs[k].c = operand_table<E>(system, assignment, contraction, contraction.c, Role::kRight, {&right, 1});
    power *= lambda;
  }
  const std::vector<E> point = prove_sumcheck(veil, verifier::kContractionSumcheck, bits, pairs);
  std::vector<std::vector<Functional<E>>> claims;
  for (size_t k = 0; k < list.size(); ++k) {
    const int n = verifier::contraction_bits(system.contractions[list[k].contraction]);
    const std::span<const E> at = std::span<const E>(point).first(static_cast<size_t>(n));
    auto operand = [&](verifier::Expansion<E> parts, const E& value) {
      if (parts.tensors.empty()) return;
      veil.send(Label::kOperand, value);
      claims.push_back(std::move(parts.tensors));
    };
    operand(verifier::left_operand<E>(system, list[k], at), pairs[k].a[0]);
    operand(verifier::right_operand<E>(system, list[k], at), pairs[k].c[0]);
  }
  return claims;
}

template <class E>
void add_weight(const statement::Tensor& tensor, const Weight<E>& weight, const E& scale, std::span<E> dense) {
  const std::vector<statement::Axis>& axes = tensor.space.axes;
  if (axes.empty()) {
    dense[tensor.base] += scale * weight.factor;
    return;
  }
  std::vector<const AxisWeight<E>*> outer;
  std::vector<uint32_t> lengths;
  for (size_t a = 0; a + 1 < axes.size(); ++a) {
    outer.push_back(&weight.axes[a]);
    lengths.push_back(axes[a].length);
  }
  const statement::Axis& last = axes.back();
  const AxisWeight<E>& run = weight.axes.back();
  const int log_block = tensor.space.log_block();
  for_each_weighted<E>(outer, lengths, scale * weight.factor, [&](uint64_t flat, const E& factor) {
    uint64_t block = 0, inside = 0, stride = 1;
    int shift = last.log_strip;
    for (size_t a = outer.size(); a-- > 0;) {
      const uint64_t i = flat % axes[a].length;
      flat /= axes[a].length;
      block += (i >> axes[a].log_strip) * stride;
      stride *= axes[a].strips();
      inside |= (i & (axes[a].strip() - 1)) << shift;
      shift += axes[a].log_strip;
    }
    for (size_t j = 0; j < run.values.size(); ++j) {
      const uint64_t i = run.begin + j;
      const uint64_t at =
          ((block * last.strips() + (i >> last.log_strip)) << log_block) + inside + (i & (last.strip() - 1));
      dense[tensor.base + at] += factor * run.values[j];
    }
  });
}

namespace {

// A pattern costs a product a cell; the plain rounds cost about this many, most of it for 32 bytes of fresh memory.
constexpr size_t kMostPatterns = 48;

// The pair of a large oracle, split where its weights have few patterns; nothing when they have many everywhere.
template <class E>
std::unique_ptr<TopRounds<E>> large_oracle(const System& system, statement::OracleId oracle, const Cells& cells,
                                           std::span<const ScaledFunctional<E>> list) {
  const int bits = system.oracles[oracle].log_address();
  if (bits < kLogLargeOracle) return nullptr;
  for (const int log_row : {12, 10, 14, 8}) {
    if (log_row > cells.log_rows()) continue;
    if (auto weights = block_weights<E>(system, oracle, log_row, list, kMostPatterns))
      return block_rounds<E>(cells, std::move(*weights));
  }
  return nullptr;
}

// All weights on one oracle; tensors share no address.
template <class E>
void add_weights(const System& system, std::span<const ScaledFunctional<E>> list, std::span<E> dense) {
  std::map<statement::TensorId, std::vector<const ScaledFunctional<E>*>> by_tensor;
  for (const ScaledFunctional<E>& item : list) by_tensor[item.functional->id].push_back(&item);
  std::vector<const std::vector<const ScaledFunctional<E>*>*> work;
  for (const auto& [id, items] : by_tensor) work.push_back(&items);
  parallel::parallel_for(0, work.size(), 1, [&](size_t i, size_t) {
    for (const ScaledFunctional<E>* item : *work[i])
      add_weight<E>(system.tensors[item->functional->id], item->functional->weight, item->scale, dense);
  });
}

}  // namespace

template <class E>
std::vector<E> prove_claims(VeilWriter<E>& veil, const System& system,
                            const std::vector<std::vector<Functional<E>>>& claims,
                            const std::vector<const Cells*>& cells) {
  using F = typename E::Base;
  const E eta = veil.challenge(Label::kEta);
  std::vector<std::vector<ScaledFunctional<E>>> scaled(system.oracles.size());
  E power = E::one();
  for (const auto& claim : claims) {
    for (const Functional<E>& f : claim) scaled[system.tensors[f.id].oracle].push_back({&f, power});
    power *= eta;
  }
  std::vector<SumcheckPair<E>> pairs(system.oracles.size());
  for (uint32_t o = 0; o < pairs.size(); ++o) {
    pairs[o].top = large_oracle<E>(system, o, *cells[o], scaled[o]);
    if (pairs[o].top) continue;
    const size_t rows = size_t{1} << cells[o]->log_rows();
    pairs[o].a.assign(size_t{1} << system.oracles[o].log_address(), E::zero());
    pairs[o].c.assign(pairs[o].a.size(), E::zero());
    add_weights<E>(system, scaled[o], pairs[o].a);
    parallel::parallel_for(0, cells[o]->limbs(), 1, [&](size_t b, size_t) {
      std::vector<F> limb(rows);
      cells[o]->read<F>(b, 0, limb);
      for (size_t i = 0; i < rows; ++i) pairs[o].c[b * rows + i] = E(limb[i]);
    });
  }
  const std::vector<E> point = prove_sumcheck(veil, verifier::kClaimSumcheck, verifier::claim_bits(system), pairs);
  std::vector<E> values;
  for (const SumcheckPair<E>& pair : pairs) values.push_back(pair.c[0]);
  veil.send(Label::kCellValue, std::span<const E>(values));
  return point;
}

#define TACIT_INSTANTIATE(E)                                                                       \
  template E instance_sum<E>(const System&, const Assignment&, const Instance<E>&);                \
  template std::vector<std::vector<Functional<E>>> prove_contractions<E>(                          \
      VeilWriter<E>&, const System&, const Assignment&, const std::vector<Instance<E>>&);          \
  template void add_weight<E>(const statement::Tensor&, const Weight<E>&, const E&, std::span<E>); \
  template std::vector<E> prove_claims<E>(VeilWriter<E>&, const System&,                           \
                                          const std::vector<std::vector<Functional<E>>>&,          \
                                          const std::vector<const Cells*>&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::prover
