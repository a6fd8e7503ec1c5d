// The simulator of docs/zero_knowledge.md: proofs without a witness, for programmed coins.
//
// Uniform, from the simulator's own tape: all veiled scalars, ã and b̃, the folded words h and h₂, the opened
// rows of every oracle and of p; rows of what outlives a proof are remembered over the session. Solved from
// the verifier's equations: c = ⟨h, v⟩, ⟨p′, w⟩, the rows of masks. Everything after the folded words is
// computed from them, by the prover's own prove_opening. Rows that are never opened hold zeros; their salted
// leaves stand for random digests.
#pragma once

#include "zero_knowledge/session.h"

namespace tacit::zero_knowledge {

class Simulator {
 public:
  explicit Simulator(Setting setting);

  size_t tape_length() const { return tape_length_; }
  // `Run::bytes` are proofs; the roots are the simulated ones.
  Session::Run run(const Tape& tape) const;
  DenseMatrix jacobian(const Tape& tape) const;

 private:
  Session::Run run(TapeReader& tape) const;

  Setting setting_;
  size_t tape_length_ = 0;
};

}  // namespace tacit::zero_knowledge
