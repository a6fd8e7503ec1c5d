#include "tacit/verifier/layers.h"

#include <algorithm>

#include "tacit/verifier/instantiate.h"

namespace tacit::verifier {

using statement::System;

int extra_coordinates(const System& system) {
  int needed = 0;
  for (const statement::Identity& identity : system.identities) needed = std::max(needed, point_bits(identity.labels));
  const int have = system.lookups.empty() ? 0 : leaf_layout(system).depth;
  return std::max(0, needed - have);
}

template <class E>
std::vector<Claim<E>> relation_claims(const System& system, const LookupChallenges<E>& challenges,
                                      const LeafClaim<E>& leaf, std::span<const E> rho) {
  std::vector<Claim<E>> out;
  if (!system.lookups.empty()) out = leaf_claims<E>(system, challenges, leaf);
  for (const statement::Identity& identity : system.identities) {
    Claim<E> claim{Affine<E>(E::zero()), {}};
    const Weight<E> weight = point_weight<E>(identity.labels, rho);
    expand<E>(system, identity.labels, identity.view, weight, E::one(), claim.parts);
    out.push_back(std::move(claim));
  }
  return out;
}

template <class E>
Instances<E> collect_instances(const System& system, const std::vector<Claim<E>>& claims) {
  Instances<E> out;
  for (size_t c = 0; c < claims.size(); ++c)
    for (Instance<E>& instance : instances_of(system, claims[c].parts)) {
      out.list.push_back(std::move(instance));
      out.claim.push_back(c);
    }
  return out;
}

template <class E>
std::vector<StackFold<E>> verify_layers(Veil<E>& veil, const System& system, const Parameters& parameters,
                                        const PublicValues& publics) {
  Channel<E>& channel = veil.channel();
  LookupChallenges<E> challenges{};
  LeafClaim<E> leaf;
  if (!system.lookups.empty()) {
    challenges = verify_lookup_challenges<E>(channel, parameters.alpha_grinding);
    leaf = verify_lookup_tree(veil, leaf_layout(system).depth);
  }
  std::vector<E> rho = leaf.point;
  for (const E& x : channel.challenges(Label::kRho, static_cast<size_t>(extra_coordinates(system)))) rho.push_back(x);

  std::vector<Claim<E>> claims = relation_claims<E>(system, challenges, leaf, rho);
  const Instances<E> instances = collect_instances(system, claims);
  const std::vector<Affine<E>> sums = veil.receive(Label::kAccumulator, instances.list.size());
  std::vector<TensorClaim<E>> tensor_claims;
  for (size_t c = 0; c < claims.size(); ++c) {
    std::vector<std::pair<E, Affine<E>>> rest{{E::one(), claims[c].value}};
    for (size_t k = 0; k < sums.size(); ++k)
      if (instances.claim[k] == c) rest.emplace_back(-E::one(), sums[k]);
    tensor_claims.push_back(
        {veil.sum(rest) - known_part<E>(system, publics, claims[c].parts), std::move(claims[c].parts.tensors)});
  }
  for (TensorClaim<E>& claim : verify_contractions<E>(veil, system, publics, instances.list, sums))
    tensor_claims.push_back(std::move(claim));
  return verify_folds(veil, system, parameters, verify_claims<E>(veil, system, tensor_claims));
}

#define TACIT_INSTANTIATE(E)                                                                                        \
  template std::vector<Claim<E>> relation_claims<E>(const System&, const LookupChallenges<E>&, const LeafClaim<E>&, \
                                                    std::span<const E>);                                            \
  template Instances<E> collect_instances<E>(const System&, const std::vector<Claim<E>>&);                          \
  template std::vector<StackFold<E>> verify_layers<E>(Veil<E>&, const System&, const Parameters&, const PublicValues&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
