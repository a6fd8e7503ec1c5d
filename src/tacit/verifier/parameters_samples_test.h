// Systems and parameters that several tests share. Sizes alone matter here: the relations are empty shells.
#pragma once

#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"
#include "tacit/verifier/parameters.h"

namespace tacit::verifier {

// Weights (oracle 0) and activations (1) of the given sizes and, unless table_bits is 0, lookups of a constant into a
// range table whose multiplicities add 2^table_bits cells to the activations.
inline statement::System sample_system(uint32_t weights, uint32_t cells, uint8_t table_bits, uint32_t lookups) {
  statement::Builder builder;
  const auto w = builder.oracle(statement::OracleKind::kWeights);
  const auto a = builder.oracle(statement::OracleKind::kActivations);
  builder.tensor(w, {{statement::strip_axis(weights)}}, {-32768, 32767});
  builder.tensor(a, {{statement::strip_axis(cells)}}, {0, 255});
  if (table_bits != 0) {
    const auto table = builder.range_table(a, 0, table_bits);
    builder.lookup({{statement::strip_axis(lookups)}}, table, {statement::View{}});
  }
  return builder.take();
}

// A convolutional network of 62,000 weights, and parameters that pass the 100-bit profile with nothing to spare in its
// queries.
inline statement::System small_system() {
  statement::System system = sample_system(62'000, 100'000, 17, 300'000);
  statement::place(system, {14, 14});
  return system;
}
inline Parameters small_parameters() {
  Parameters parameters;
  parameters.stacks = {{.oracles = {0, 1}, .log_blinding = {13, 8}, .log_rows = 14, .log_domain = 16, .queries = 160}};
  parameters.pads = {.log_rows = 10, .log_blinding = 8, .log_domain = 12, .queries = 142};
  parameters.levels = {{.log_rows = 11, .log_domain = 13, .queries = 92, .johnson = 24, .fold_grinding = 11},
                       {.log_rows = 8, .log_domain = 10, .queries = 127}};
  parameters.query_grinding = 14;
  return parameters;
}

// 2^31 weights and 2^30 leaves: large enough that folds and α need work. Passes the 100-bit profile as tightly.
inline statement::System large_system() {
  statement::System system = sample_system(1u << 31, 1u << 27, 20, 600'000'000);
  statement::place(system, {26, 26});
  return system;
}
inline Parameters large_parameters() {
  Parameters parameters;
  parameters.stacks = {
      {.oracles = {0}, .log_blinding = {20}, .log_rows = 26, .log_domain = 28, .queries = 120, .fold_grinding = 3},
      {.oracles = {1}, .log_blinding = {7}, .log_rows = 26, .log_domain = 28, .queries = 118, .fold_grinding = 2}};
  parameters.pads = {.log_rows = 12, .log_blinding = 8, .log_domain = 29, .queries = 81, .fold_grinding = 2};
  parameters.levels = {{.log_rows = 20, .log_domain = 22, .queries = 118},
                       {.log_rows = 14, .log_domain = 17, .queries = 97}};
  parameters.alpha_grinding = 2;
  parameters.query_grinding = 20;
  return parameters;
}

}  // namespace tacit::verifier
