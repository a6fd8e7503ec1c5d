#include "tacit/api/planning.h"

#include <algorithm>
#include <bit>
#include <thread>

#include "tacit/base/check.h"
#include "tacit/field/fields.h"
#include "tacit/prover/memory_model.h"
#include "tacit/receipt/admission.h"
#include "tacit/receipt/registration.h"
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

// The stack of the weights and their position in it.
std::pair<const verifier::Stack*, size_t> weight_stack(const Parameters& parameters) {
  for (const verifier::Stack& stack : parameters.stacks) {
    const auto at = std::find(stack.oracles.begin(), stack.oracles.end(), receipt::kWeightOracle);
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
  const auto [stack, position] = weight_stack(parameters);
  return {stack->log_rows, stack->log_blinding[position], stack->log_domain, stack->queries};
}

uint32_t weight_queries(const Parameters& parameters) { return weight_stack(parameters).first->queries; }

uint64_t predicted_memory(const receipt::PublicModel& model, const Parameters& parameters) {
  const auto placed = receipt::instance(model, {}, 1, parameters);
  return placed ? prover::memory_need(*placed, parameters).anonymous() : 0;
}

int available_threads() { return std::max(1, static_cast<int>(std::thread::hardware_concurrency())); }

}  // namespace tacit::api
