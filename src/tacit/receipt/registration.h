// Registration: the input-free proof that every weight is an integer in its declared range.
//
// The no-wrap argument for a model's system (statement/check.h) trusts the declared range of each weight tensor. This
// proof, made once for each commitment, earns that trust. Both sides derive its system from the model's template:
//
//   oracle 0   the weights: the same tensors in the same order, hence the same places under the same root
//   oracle 1   what this proof commits: digits and multiplicities
//
// A tensor with the range [low, low + 2^b) is cut into k = ⌈b/t⌉ digits of t bits, the last one of b − t(k − 1):
//
//   d_0, …, d_{k−2} ∈ [0, 2^t)       (w − low − Σ_i 2^{ti}·d_i) / 2^{t(k−1)} ∈ [0, 2^{b − t(k−1)})
//
// Over F this says w − low = Σ 2^{ti}·d_i + 2^{t(k−1)}·d_{k−1} with every digit in its range, a sum below 2^b ≤ 2^62 < p:
// so w is that integer, whatever the prover committed. t is chosen by cost, from shapes alone.
// A table of a function equals what its generator gives, by an identity with constants; its range follows. Any other
// column of cells of a table (an embedding) has a public row 0: an identity shows it.
#pragma once

#include <vector>

#include "tacit/receipt/public_file.h"
#include "tacit/verifier/verify.h"

namespace tacit::receipt {

// One tensor of weights, and how it is cut.
struct RegisteredTensor {
  statement::TensorId source = 0;           // in the model's system
  statement::TensorId tensor = 0;           // in the registration's
  uint8_t digit_bits = 0;                   // t
  std::vector<statement::TensorId> digits;  // d_0 … d_{k−2}; none for tables of functions
};

struct RegistrationSystem {
  statement::System system;               // not placed
  std::vector<RegisteredTensor> tensors;  // none when the model has no weights: then there is nothing to prove
};

// Requires a system that statement::check accepts. Errors: kBadStatement (the weights are not oracle 0 alone or have an axis
// of samples; a table is no column or its row 0 is misstated), kBadInterval ("tensor", which: its range is not a power of two of at most 2^62 integers).
Result<RegistrationSystem> registration_system(const PublicModel& model);

// What the registration proof of epoch 0 is about. Both arguments outlive it.
verifier::Statement registration_statement(const PublicFile& file, const statement::System& placed,
                                           const verifier::Parameters& parameters);

// The system with every tensor in its place, where the stacks of `parameters` give the rows of each oracle.
// Errors: kBadParameters (an oracle is in no stack, or has an absurd number of rows).
Result<statement::System> placed(statement::System system, const verifier::Parameters& parameters);

// Do the parameters open the weights, oracle `oracle` of the system, as they were committed (code_shape.h)?
// Errors: kBadParameters ("weights").
Status check_weight_stack(const WeightCommitment& weights, const verifier::Parameters& parameters,
                          statement::OracleId oracle = kWeightOracle);

}  // namespace tacit::receipt
