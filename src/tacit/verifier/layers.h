// Steps 2 to 7 of the protocol: from the statement to one folded word of each stack.
//
// Both sides run this: the verifier on the proof, the prover on what it has just sent, to collect its constraints.
#pragma once

#include "tacit/verifier/fold.h"
#include "tacit/verifier/lookup.h"

namespace tacit::verifier {

// Coordinates that the identities need beyond those of the leaf point.
int extra_coordinates(const statement::System& system);

// The claims of all relations at one point: leaves of the lookups, then identities.
template <class E>
std::vector<Claim<E>> relation_claims(const statement::System& system, const LookupChallenges<E>& challenges,
                                      const LeafClaim<E>& leaf, std::span<const E> rho);

// Instances of all claims, in order, and which claim each belongs to.
template <class E>
struct Instances {
  std::vector<Instance<E>> list;
  std::vector<size_t> claim;
};
template <class E>
Instances<E> collect_instances(const statement::System& system, const std::vector<Claim<E>>& claims);

template <class E>
std::vector<StackFold<E>> verify_layers(Veil<E>& veil, const statement::System& system, const Parameters& parameters,
                                        const PublicValues& publics);

}  // namespace tacit::verifier
