// Statements that are small enough for the toy field, and many witnesses of each.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "tacit/statement/assignment.h"
#include "tacit/verifier/verify.h"

namespace tacit::zero_knowledge {

// A statement, and a source of witnesses: assignments that share their weights and data and have the stated
// publics.
struct Example {
  std::string name;
  statement::System system;
  verifier::PublicValues publics;
  std::vector<statement::Assignment> (*witnesses)(const Example& example, size_t n_proofs, std::mt19937_64& random);
};

// x in [0, 4)², y = ⟨w, x⟩ in the same table without being committed, z = y + x₀ = a stated value.
// Rows of weights and of activations: 2^weight_rows, 2^activation_rows.
Example dense(uint8_t weight_rows, uint8_t activation_rows);
// e = T[i] for a committed table T and private i, o = clamp(D·e) for committed data D, o is stated: tuples, a
// saturation table in three segments, a batched contraction, oracles of all three kinds.
Example gather();
// ⟨w, x⟩ = a stated value; no lookups.
Example product();

// The weights of an example (its oracle 0, its only fixed one) under two commitments: their handover, and the witness
// that belongs to a witness of the example.
Example handover(const Example& example);
statement::Assignment handover_witness(const Example& example, const statement::Assignment& witness);

enum class Stacking {
  kApart,   // the oracles that outlive a proof in one stack, those of a proof in another
  kShared,  // all in one
};

// Parameters that are tight for zero knowledge: t = 2 rows a proof; R = t for what a proof commits, R =
// t·n_proofs for what outlives it, which a session of n_proofs exhausts; no more rows of pads than a power of
// two needs.
verifier::Parameters tight_parameters(const Example& example, Stacking stacking, size_t n_proofs);
inline constexpr uint32_t kQueries = 2;

// One level with an out-of-domain sample, and one without.
void add_levels(verifier::Parameters& parameters);

}  // namespace tacit::zero_knowledge
