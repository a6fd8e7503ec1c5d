// The error terms of the protocol, in integers, rounded against the prover (formulas: docs/soundness.md).
//
// Every term has the form a/|E| or (1 − δ)^t. Logarithms are binary, in fixed point with 32 fractional bits, and come
// in pairs that enclose the true value; a term uses the one that makes it weaker.
#pragma once

#include "tacit/verifier/parameters.h"

namespace tacit::verifier {

// Bits, scaled by 2^32.
using FixedBits = int64_t;
inline constexpr int kFixedShift = 32;

// log2_below(x) ≤ 2^32·log₂ x ≤ log2_above(x), at most two units apart. Requires x ≥ 1.
FixedBits log2_below(unsigned __int128 x);
FixedBits log2_above(unsigned __int128 x);

// A lower bound of log₂|E|; also one of log₂(|E| − 2).
FixedBits field_bits(Profile profile);

// Lower bounds of −log₂(1 − δ), what one opened row adds: δ = (1 − rate)/2 with rate =
// coefficients/2^log_domain, and Johnson's 1 − δ = sqrt(rate)·(1 + 1/m) with rate = 2^−log_inverse_rate.
// Require rate ≤ 1/2, m ≥ 3.
FixedBits unique_decoding_query_bits(uint64_t coefficients, int log_domain);
FixedBits johnson_query_bits(int log_inverse_rate, int m);

// Upper bounds of log₂(error·|E|).
FixedBits fold_error(uint64_t limbs, int log_domain);                        // μ and β of a stack
FixedBits unique_decoding_round_error(int log_domain);                       // a round of a level
FixedBits johnson_round_error(int log_inverse_rate, int log_domain, int m);  // the same
FixedBits out_of_domain_error(int log_inverse_rate, int m, int n_coordinates);
FixedBits row_batch_error(uint64_t n_constraints, int log_inverse_rate, int m);  // m = 0: unique decoding

// What the terms outside the opening depend on: sizes of the statement, or upper bounds of them. Saturates at
// 2^62.
struct StatementSizes {
  uint64_t table_rows = 0;     // of all tables
  uint64_t tuple_width = 0;    // of the widest table, the power of γ included
  int log_leaves = 0;          // of the LogUp tree; meaningless without table rows
  int output_coordinates = 0;  // of the largest relation
  uint64_t instances = 0;      // accumulator claims of λ
};
StatementSizes statement_sizes(const statement::System& system);

// Every term, in the order of the protocol. Requires check_shape(system, parameters).
ErrorLedger error_ledger(const statement::System& system, const Parameters& parameters);

}  // namespace tacit::verifier
