// From a folded float graph to an integer model.
//
//   calibrate  runs samples through the double-precision interpreter and keeps, for each value, what it spans
//   rewrite    makes one operator of patterns of several (rewrite.h)
//   emit       walks the nodes in order and lets each operator's emit rule write its part of the program
//   plan       emits with different sizes of tables and keeps the cheapest program
//
// Nothing in the public part of the result depends on a weight or a sample but the exponents.
#pragma once

#include "tacit/model/graph/graph.h"
#include "tacit/model/io/inputs.h"
#include "tacit/model/quant/emit.h"

namespace tacit::model {

// What each value spans over the samples, by ValueId; {0, 0} for values without a type.
// Errors: those of run_float.
Result<std::vector<Spread>> calibrate(const Graph& graph, const std::vector<Sample>& samples);

// Inputs drawn from a fixed generator, for models that come without data: floats normal around 0, integers uniform in
// [0, 255] as far as their type holds them and every axis that they are an index of is long enough.
std::vector<Sample> synthetic_samples(const Graph& graph, size_t n_samples);

// The program for one plan. Requires a folded graph and spreads of its values.
// Errors: kUnsupported, kMayWrap at a node.
Result<IntegerModel> emit(const Graph& graph, const std::vector<Spread>& spreads, const Plan& plan);

// What a program costs a proof of one sample (places, not elements).
struct Cost {
  uint64_t cells = 0;
  uint64_t lookups = 0;
  uint64_t rows = 0;
  uint64_t weights = 0;
  // Estimated prover time in nanoseconds (performance.md, section 2).
  double nanoseconds() const { return 15.0 * cells + 11.0 * lookups + 25.0 * rows; }
};
Cost cost_of(const statement::System& model);

// The plan of least cost for activations of `bits` bits.
Result<Plan> choose_plan(const Graph& graph, const std::vector<Spread>& spreads, Plan plan);

// All of the above. Without samples, synthetic ones serve. The graph is a folded one.
Result<IntegerModel> lower(Graph graph, const std::vector<Sample>& samples, Plan plan = {});

}  // namespace tacit::model
