// The prover of the opening (verifier/opening.h).
#pragma once

#include <vector>

#include "tacit/prover/channel.h"
#include "tacit/prover/matrix.h"
#include "tacit/verifier/opening.h"

namespace tacit::prover {

// A folded word: message and blinding coefficients, and the trees whose rows it combines, in the order of
// verifier::StackTrees.
template <class E>
struct Word {
  std::vector<E> message, blinding;
  std::vector<const Matrix<typename E::Base>*> trees;
};

// `words`: one for each stack, then the pads'.
template <class E>
void prove_opening(ProofWriter<E>& proof, const verifier::Parameters& parameters, const std::vector<Word<E>>& words,
                   const verifier::OpeningClaims<E>& claims);

}  // namespace tacit::prover
