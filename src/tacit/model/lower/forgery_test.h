// For tests of integer programs: their constraints hold for their own witness, and for no other.
#pragma once

#include <gtest/gtest.h>

#include "tacit/model/lower/lower.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"

namespace tacit::model {

inline constexpr Plan kPlan = {.bits = 12, .clamp_bits = 5, .digit_bits = 6};

// The integers of several samples, stacked.
inline std::vector<std::vector<int64_t>> stacked(const IntegerModel& model, const std::vector<Sample>& samples,
                                                 size_t n) {
  std::vector<std::vector<int64_t>> out(model.open.inputs.size());
  for (size_t i = 0; i < out.size(); ++i)
    for (size_t k = 0; k < n; ++k) {
      const auto integers = quantise(model.open.inputs[i], samples[k][i]).value();
      out[i].insert(out[i].end(), integers.begin(), integers.end());
    }
  return out;
}

inline void expect_holds(const IntegerModel& model, const std::vector<std::vector<int64_t>>& inputs, uint32_t samples,
                         Visibility visibility) {
  auto run = execute(model, inputs, samples, visibility);
  ASSERT_TRUE(run) << run.error().message();
  const Status holds = statement::satisfies(run->system, run->assignment);
  EXPECT_TRUE(holds) << holds.error().message();
  statement::place(run->system, std::vector<uint8_t>(run->system.oracles.size(), 8));
  const Status sound = statement::check(run->system);
  EXPECT_TRUE(sound) << sound.error().message();
}

// A prover who changes one cell, counts multiplicities anew and states nothing openly is still caught.
inline void expect_each_cell_matters(const IntegerModel& model, const std::vector<std::vector<int64_t>>& inputs) {
  const auto run = execute(model, inputs, 1, {.inputs = true, .outputs = false});
  ASSERT_TRUE(run);
  std::vector<bool> is_cell(run->system.tensors.size(), true);
  for (const auto& table : run->system.tables)
    for (const auto& segment : table.segments) is_cell[segment.multiplicity] = false;
  for (size_t t = 0; t < is_cell.size(); ++t) {
    const bool activations =
        run->system.oracles[run->system.tensors[t].oracle].kind == statement::OracleKind::kActivations;
    if (!is_cell[t] || !activations) continue;
    for (size_t i = 0; i < run->assignment.tensors[t].size(); ++i)
      for (int64_t change : {-1, 1}) {
        statement::Assignment forged = run->assignment;
        forged.tensors[t][i] += change;
        for (uint32_t k = 0; k < run->system.contractions.size(); ++k) statement::contract(run->system, forged, k);
        const bool counted = statement::count_multiplicities(run->system, forged).has_value();
        EXPECT_FALSE(counted && statement::satisfies(run->system, forged))
            << "tensor " << t << " cell " << i << " change " << change;
      }
  }
}

}  // namespace tacit::model
