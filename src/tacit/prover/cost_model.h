// What a proof costs under given parameters: prover time and receipt bytes, predicted.
//
// Time is counted in nanoseconds of one core and divided by the speed-up of the threads at the end. Bytes are exact
// but for the siblings in Merkle openings, which are expected numbers over random positions. The unit costs are
// measured on one AVX-512 server core: compare plans with them, and calibrate before believing an absolute figure.
#pragma once

#include <cstdint>

#include "tacit/statement/system.h"
#include "tacit/verifier/parameters.h"

namespace tacit::prover {

// Nanoseconds on one core.
struct UnitCosts {
  double codeword_word = 4.6;    // one base-field word of a codeword, transformed and hashed
  double codeword_row = 16;      // the rest of a leaf: header, salt, tree node
  double random_word = 1;        // a uniform word of a mask or of blinding
  double fold_row = 9;           // a row of a folded word, whatever its limbs
  double fold_cell = 0.1;        // a message cell in a fold
  double fold_blinding = 1;      // a blinding word in a fold
  double claim_cell = 1;         // a per-proof cell in the sumchecks on claims
  double weight_cell = 0.15;     // a cell of weights in the tile sums
  double opened_cell = 0.03;     // a message cell of an opened row that is computed afresh
  double opened_blinding = 0.2;  // the same for a blinding word
  double level_element = 14;     // an element of a vector that a level folds: weights, rounds, fold
  double lookup = 10.8;          // a leaf of the LogUp tree
  double table_row = 25;         // multiplicity and leaf
  double multiply_add = 0.008;   // one step of an inference
  double grinding_hash = 4;
  double chain_step = 73;      // protocol step 1, for 1024 per-proof cells; not parallel
  double level = 20'000;       // waiting and start-up of one level
  double process = 1'000'000;  // start, files, the ledger's fsync; not parallel
  double thread_gain = 0.8;    // speed-up = 1 + (threads − 1)·gain
};

struct CostOptions {
  UnitCosts units;
  int threads = 2;
  uint64_t pads = 512;         // scalars sent under the veil, besides the functionals of the stacks
  uint32_t functionals = 2;    // of each stack
  bool weights_stored = true;  // are the codewords of weights and data at hand?
};

struct Cost {
  double nanoseconds = 0;  // of one core
  double bytes = 0;        // in the receipt
  Cost& operator+=(const Cost& other);
  friend Cost operator+(Cost x, const Cost& y) { return x += y; }
};

// Expected number of sibling digests in an opening of t distinct random leaves out of 2^log_leaves.
double expected_siblings(uint32_t t, int log_leaves);

// The veiled scalars that functionals of a stack with this many limbs take.
uint64_t functional_scalars(uint64_t limbs, const CostOptions& options);

// Committing to, folding and opening one stack of a placed system, without its part of H. The commitments of weights
// and data, and the handover, are spread over the proofs of an epoch.
Cost stack_cost(const statement::System& system, const verifier::Parameters& parameters, size_t stack,
                const CostOptions& options);
Cost pads_cost(const verifier::Parameters& parameters, const CostOptions& options);
// One level that takes in a vector of this length, without its last vector.
Cost level_cost(verifier::Profile profile, uint64_t length, const verifier::Level& level, uint8_t query_grinding,
                const CostOptions& options);
Cost clear_cost(verifier::Profile profile, uint64_t length);
// Witness, lookups, contractions: what doesn't depend on the parameters but for the profile.
Cost statement_cost(const statement::System& system, verifier::Profile profile, const CostOptions& options);

struct Prediction {
  double seconds = 0;
  double opening_seconds = 0;  // the part that parameters decide
  double bytes = 0;
};
// Requires check_shape(system, parameters).
Prediction predict(const statement::System& system, const verifier::Parameters& parameters, const CostOptions& options);

double speed_up(const CostOptions& options);
double grinding_nanoseconds(uint8_t bits, const CostOptions& options);

}  // namespace tacit::prover
