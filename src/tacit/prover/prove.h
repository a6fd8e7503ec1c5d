// The prover: statement and witness in, proof out.
#pragma once

#include <vector>

#include "tacit/prover/channel.h"
#include "tacit/prover/matrix.h"
#include "tacit/prover/randomness.h"
#include "tacit/statement/assignment.h"
#include "tacit/verifier/verify.h"

namespace tacit::prover {

// Commits an oracle that outlives a proof (weights, data). The same seed gives the same commitment.
template <class F>
Matrix<F> commit_fixed(const statement::System& system, const statement::Assignment& assignment,
                       statement::OracleId oracle, const verifier::Stack& stack, Randomness<F>& random);

// The same from cells, with the tree's number (verifier::oracle_tree_id) and the commitment in memory of the caller's, or already there.
template <class F>
Matrix<F> commit_cells(std::shared_ptr<const Cells> cells, statement::OracleId oracle, uint64_t tree_id,
                       const verifier::Stack& stack, Randomness<F>& random, std::optional<Stored> stored = {});

// Stages of a proof, in seconds.
struct StageTimes {
  double commit = 0, lookups = 0, contractions = 0, claims = 0, opening = 0;
};

template <class E>
struct Job {
  const verifier::Statement& statement;
  const statement::Assignment& assignment;             // complete: multiplicities and accumulators too
  std::vector<const Matrix<typename E::Base>*> fixed;  // commitments of weights and data, in order of their oracles
  Randomness<typename E::Base>& random;                // fresh for this proof
  StageTimes* times = nullptr;
  MemoryPlan memory = {};
};

// Errors: kUnlucky (a denominator vanished: try again with fresh randomness), kConstraintViolated (the assignment does
// not satisfy the system). Requires a placed, checked system and checked parameters.
template <class E>
Result<Bytes> prove(const Job<E>& job, verifier::Coins& coins);

// A search for proofs of work on all cores; the nonces are those of transcript::grind. For verifier::FiatShamirCoins.
uint64_t fast_work(const hash::Digest& state, Label label, uint32_t bits);

}  // namespace tacit::prover
