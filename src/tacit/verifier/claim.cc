#include "tacit/verifier/claim.h"

#include <algorithm>

#include "tacit/verifier/instantiate.h"

namespace tacit::verifier {

using statement::Contraction;
using statement::Role;
using statement::System;

template <class E>
std::vector<Instance<E>> instances_of(const System& system, const Expansion<E>& parts) {
  std::vector<Instance<E>> out;
  for (const Functional<E>& part : parts.accumulators) {
    const Contraction& k = system.contractions[part.id];
    const std::vector<uint32_t> labels = k.output_labels();
    const AxisWeight<E> unit{0, {E::one()}};
    Weight<E> left{part.weight.factor, std::vector<AxisWeight<E>>(k.roles.size(), unit)};
    Weight<E> right{E::one(), left.axes};
    for (size_t i = 0; i < labels.size(); ++i)
      (k.roles[labels[i]] == Role::kRight ? right : left).axes[labels[i]] = part.weight.axes[i];
    auto same = [&](const Instance<E>& x) { return x.contraction == part.id && x.right.axes == right.axes; };
    auto at = std::find_if(out.begin(), out.end(), same);
    if (at == out.end()) at = out.insert(out.end(), {part.id, std::move(right), {}});
    at->left.push_back(std::move(left));
  }
  return out;
}

template <class E>
E known_part(const System& system, const PublicValues& publics, const Expansion<E>& parts) {
  E out = parts.constant;
  for (const Functional<E>& f : parts.publics)
    out += evaluate<E>(system.publics[f.id].space, publics.of(system, f.id), f.weight);
  return out;
}

template <class E>
E SumcheckEnd<E>::prefix(int bits) const {
  E out = E::one();
  for (size_t t = static_cast<size_t>(bits); t < point.size(); ++t) out *= E::one() - point[t];
  return out;
}

template <class E>
E sumcheck_challenge(Channel<E>& channel, const SumcheckLabels& labels) {
  E r = channel.challenge(labels.point);
  while (labels.outside_01 && (r == E::zero() || r == E::one())) r = channel.challenge(labels.point);
  return r;
}

template <class E>
std::array<E, 3> quadratic_weights(const E& r) {
  // Lagrange on 0, 1, 2 with p(1) = e − p(0).
  const E two = E::one() + E::one();
  const E half = E(typename E::Base(2).inverse());
  const E at_1 = r * (two - r);
  return {(r - E::one()) * (r - two) * half - at_1, at_1, r * (r - E::one()) * half};
}

template <class E>
SumcheckEnd<E> verify_sumcheck(Veil<E>& veil, const SumcheckLabels& labels, int bits, Affine<E> claim) {
  SumcheckEnd<E> end{claim, std::vector<E>(static_cast<size_t>(bits))};
  for (int t = bits; t-- > 0;) {
    std::array<Affine<E>, 2> message;
    veil.receive(labels.round, std::span<Affine<E>>(message));
    const E r = sumcheck_challenge(veil.channel(), labels);
    const auto w = quadratic_weights(r);
    end.value = veil.sum({{w[0], message[0]}, {w[1], end.value}, {w[2], message[1]}});
    end.point[static_cast<size_t>(t)] = r;
  }
  return end;
}

namespace {

// Where a label's coordinates begin in the cube, or −1 for labels outside it.
std::vector<int> cube_offsets(const Contraction& k) {
  std::vector<int> offset(k.roles.size(), -1);
  int bit = 0;
  for (Role role : {Role::kInner, Role::kBatch})
    for (size_t i = k.roles.size(); i-- > 0;) {
      if (k.roles[i] != role) continue;
      offset[i] = bit;
      bit += statement::log2_ceil(k.labels.axes[i].length);
    }
  return offset;
}

template <class E>
AxisWeight<E> cube_weight(const Contraction& k, const std::vector<int>& offset, size_t label,
                          std::span<const E> point) {
  const uint32_t n = k.labels.axes[label].length;
  return eq_weight<E>(point.subspan(static_cast<size_t>(offset[label]), static_cast<size_t>(statement::log2_ceil(n))),
                      n);
}

// Multiplies w by the entries of eq at the same indices.
template <class E>
void multiply(AxisWeight<E>& w, const AxisWeight<E>& eq) {
  for (size_t i = 0; i < w.values.size(); ++i) w.values[i] *= eq.values[w.begin + i];
}

}  // namespace

int contraction_bits(const Contraction& k) {
  int bits = 0;
  for (size_t i = 0; i < k.roles.size(); ++i)
    if (k.roles[i] == Role::kInner || k.roles[i] == Role::kBatch) bits += statement::log2_ceil(k.labels.axes[i].length);
  return bits;
}

template <class E>
std::vector<Weight<E>> left_operand_weights(const Contraction& k, const Instance<E>& instance,
                                            std::span<const E> point) {
  const std::vector<int> offset = cube_offsets(k);
  std::vector<Weight<E>> out = instance.left;
  for (size_t i = 0; i < k.roles.size(); ++i) {
    if (offset[i] < 0) continue;
    const AxisWeight<E> eq = cube_weight<E>(k, offset, i, point);
    for (Weight<E>& w : out) {
      if (k.roles[i] == Role::kInner) {
        w.axes[i] = eq;
      } else {
        multiply(w.axes[i], eq);
      }
    }
  }
  return out;
}

template <class E>
Weight<E> right_operand_weight(const Contraction& k, const Instance<E>& instance, std::span<const E> point) {
  const std::vector<int> offset = cube_offsets(k);
  Weight<E> out = instance.right;
  for (size_t i = 0; i < k.roles.size(); ++i)
    if (offset[i] >= 0) out.axes[i] = cube_weight<E>(k, offset, i, point);
  return out;
}

template <class E>
Expansion<E> left_operand(const System& system, const Instance<E>& instance, std::span<const E> point) {
  const Contraction& k = system.contractions[instance.contraction];
  Expansion<E> out;
  for (const Weight<E>& w : left_operand_weights<E>(k, instance, point))
    expand<E>(system, k.labels, k.a, w, E::one(), out);
  return out;
}

template <class E>
Expansion<E> right_operand(const System& system, const Instance<E>& instance, std::span<const E> point) {
  const Contraction& k = system.contractions[instance.contraction];
  Expansion<E> out;
  expand<E>(system, k.labels, k.c, right_operand_weight<E>(k, instance, point), E::one(), out);
  return out;
}

template <class E>
std::vector<TensorClaim<E>> verify_contractions(Veil<E>& veil, const System& system, const PublicValues& publics,
                                                const std::vector<Instance<E>>& instances,
                                                const std::vector<Affine<E>>& sums) {
  if (instances.empty()) return {};
  const E lambda = veil.channel().challenge(Label::kLambda);
  std::vector<E> powers(instances.size(), E::one());
  std::vector<std::pair<E, Affine<E>>> claim;
  int bits = 0;
  for (size_t k = 0; k < instances.size(); ++k) {
    if (k > 0) powers[k] = powers[k - 1] * lambda;
    claim.emplace_back(powers[k], sums[k]);
    bits = std::max(bits, contraction_bits(system.contractions[instances[k].contraction]));
  }
  const SumcheckEnd<E> end = verify_sumcheck(veil, kContractionSumcheck, bits, veil.sum(claim));
  std::vector<TensorClaim<E>> out;
  auto operand = [&](Expansion<E> parts) {
    const E known = known_part<E>(system, publics, parts);
    if (parts.tensors.empty()) return Affine<E>(known);
    const Affine<E> value = veil.receive(Label::kOperand);
    out.push_back({value - known, std::move(parts.tensors)});
    return value;
  };
  std::vector<ProductTerm<E>> products;
  for (size_t k = 0; k < instances.size(); ++k) {
    const int n = contraction_bits(system.contractions[instances[k].contraction]);
    const std::span<const E> point = std::span<const E>(end.point).first(static_cast<size_t>(n));
    const Affine<E> a = operand(left_operand<E>(system, instances[k], point));
    const Affine<E> c = operand(right_operand<E>(system, instances[k], point));
    products.push_back({powers[k] * end.prefix(n), a, c});
  }
  veil.assert_products(std::move(products), end.value);
  return out;
}

int claim_bits(const System& system) {
  int bits = 0;
  for (const statement::Oracle& oracle : system.oracles) bits = std::max(bits, oracle.log_address());
  return bits;
}

template <class E>
CellPoint<E> verify_claims(Veil<E>& veil, const System& system, const std::vector<TensorClaim<E>>& claims) {
  const E eta = veil.channel().challenge(Label::kEta);
  std::vector<std::pair<E, Affine<E>>> batch;
  E power = E::one();
  for (const TensorClaim<E>& claim : claims) {
    batch.emplace_back(power, claim.value);
    power *= eta;
  }
  const SumcheckEnd<E> end = verify_sumcheck(veil, kClaimSumcheck, claim_bits(system), veil.sum(batch));
  EqTables<E> tables(end.point);
  std::vector<E> weight(system.oracles.size(), E::zero());
  for (size_t j = 0; j < claims.size(); ++j)
    for (const Functional<E>& f : claims[j].tensors) {
      const statement::Tensor& tensor = system.tensors[f.id];
      const int bits = system.oracles[tensor.oracle].log_address();
      weight[tensor.oracle] += batch[j].first * evaluate_at<E>(tensor, f.weight, bits, tables);
    }
  CellPoint<E> out{end.point, veil.receive(Label::kCellValue, system.oracles.size())};
  std::vector<std::pair<E, Affine<E>>> check{{-E::one(), end.value}};
  for (size_t o = 0; o < weight.size(); ++o)
    check.emplace_back(weight[o] * end.prefix(system.oracles[o].log_address()), out.value[o]);
  veil.assert_zero(veil.sum(check), "claims");
  return out;
}

#define TACIT_INSTANTIATE(E)                                                                                           \
  template std::vector<Instance<E>> instances_of<E>(const System&, const Expansion<E>&);                               \
  template E known_part<E>(const System&, const PublicValues&, const Expansion<E>&);                                   \
  template struct SumcheckEnd<E>;                                                                                      \
  template E sumcheck_challenge<E>(Channel<E>&, const SumcheckLabels&);                                                \
  template std::array<E, 3> quadratic_weights<E>(const E&);                                                            \
  template SumcheckEnd<E> verify_sumcheck<E>(Veil<E>&, const SumcheckLabels&, int, Affine<E>);                         \
  template std::vector<Weight<E>> left_operand_weights<E>(const Contraction&, const Instance<E>&, std::span<const E>); \
  template Weight<E> right_operand_weight<E>(const Contraction&, const Instance<E>&, std::span<const E>);              \
  template Expansion<E> left_operand<E>(const System&, const Instance<E>&, std::span<const E>);                        \
  template Expansion<E> right_operand<E>(const System&, const Instance<E>&, std::span<const E>);                       \
  template std::vector<TensorClaim<E>> verify_contractions<E>(                                                         \
      Veil<E>&, const System&, const PublicValues&, const std::vector<Instance<E>>&, const std::vector<Affine<E>>&);   \
  template CellPoint<E> verify_claims<E>(Veil<E>&, const System&, const std::vector<TensorClaim<E>>&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
