#include "tacit/api/planning.h"

#include <algorithm>
#include <bit>
#include <thread>

#include "tacit/base/check.h"
#include "tacit/field/fields.h"
#include "tacit/prover/memory_model.h"
#include "tacit/receipt/admission.h"
#include "tacit/receipt/registration.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"
#include "tacit/verifier/verify.h"

namespace tacit::api {
namespace {

using statement::System;
using verifier::Parameters;

uint64_t needed_pads(const System& placed, const Parameters& parameters) {
  verifier::PublicValues zeros;
  for (const statement::Public& item : placed.publics)
    zeros.stated.emplace_back(item.kind == statement::PublicKind::kStated ? item.space.elements() : 0, 0);
  return parameters.profile == verifier::Profile::k100
             ? verifier::count_pads<field::Goldilocks2>(placed, parameters, zeros)
             : verifier::count_pads<field::Goldilocks3>(placed, parameters, zeros);
}

// The stack of an oracle and its position in it.
std::pair<const verifier::Stack*, size_t> stack_of(const Parameters& parameters, statement::OracleId oracle) {
  for (const verifier::Stack& stack : parameters.stacks) {
    const auto at = std::find(stack.oracles.begin(), stack.oracles.end(), oracle);
    if (at != stack.oracles.end()) return {&stack, static_cast<size_t>(at - stack.oracles.begin())};
  }
  TACIT_CHECK(false);
  return {};
}

}  // namespace

bool pads_fit(const System& placed, const Parameters& parameters) {
  return needed_pads(placed, parameters) <= uint64_t{1} << parameters.pads.log_rows;
}

Result<ProofPlan> plan_proof(const System& instance, prover::PlanOptions options) {
  constexpr int kRounds = 4;
  for (int round = 0; round < kRounds; ++round) {
    TACIT_ASSIGN(prover::Plan plan, prover::plan(instance, options));
    System placed = instance;
    statement::place(placed, plan.log_rows);
    const uint64_t needed = needed_pads(placed, plan.parameters);
    if (needed <= uint64_t{1} << plan.parameters.pads.log_rows)
      return ProofPlan{std::move(plan.parameters), plan.prediction};
    options.costs.pads += needed - (uint64_t{1} << plan.parameters.pads.log_rows);
  }
  return fail(Code::kUnsupported, "planner", 0, "no parameters have room for the pads");
}

prover::PlanOptions committed_options(const receipt::PublicFile& file, int threads) {
  prover::PlanOptions options;
  options.profile = file.profile;
  options.costs.threads = threads;
  options.costs.weights_stored = false;  // every proof commits them anew, from the seed
  const receipt::WeightCommitment& weights = file.weights;
  options.committed = {
      {receipt::kWeightOracle, weights.log_rows, weights.log_blinding, weights.log_domain, weights.max_queries}};
  return options;
}

receipt::WeightCommitment weight_commitment(const Parameters& parameters) {
  const auto [stack, position] = stack_of(parameters, receipt::kWeightOracle);
  return {stack->log_rows, stack->log_blinding[position], stack->log_domain, stack->queries};
}

uint32_t oracle_queries(const Parameters& parameters, statement::OracleId oracle) {
  return stack_of(parameters, oracle).first->queries;
}

// Planned together with the cells of a sample, as every proof about the data has some.
Result<DataPlan> plan_data(uint32_t samples, uint64_t elements, verifier::Profile profile, uint64_t min_proofs,
                           int threads) {
  statement::Builder b;
  const statement::OracleId data = b.oracle(statement::OracleKind::kData);
  const statement::OracleId own = b.oracle(statement::OracleKind::kActivations);
  const statement::Space sample{{statement::strip_axis(static_cast<uint32_t>(elements))}};
  b.tensor(data, statement::data_space(samples, elements), {});
  const statement::TensorId cells = b.tensor(own, sample, {0, 255});
  b.lookup(sample, b.range_table(own, 0, 8), {b.cell(cells)});
  prover::PlanOptions options;
  options.profile = profile;
  options.costs.threads = threads;
  options.costs.weights_stored = false;
  options.min_proofs = min_proofs;
  TACIT_ASSIGN(const ProofPlan plan, plan_proof(b.system(), options));
  const auto [stack, position] = stack_of(plan.parameters, data);
  return DataPlan{{stack->log_rows, stack->log_blinding[position], stack->log_domain}, stack->queries};
}

uint64_t predicted_memory(const receipt::PublicModel& model, const Parameters& parameters) {
  const auto placed = receipt::instance(model, {}, 1, parameters);
  return placed ? prover::memory_need(*placed, parameters).anonymous() : 0;
}

int available_threads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

}  // namespace tacit::api
