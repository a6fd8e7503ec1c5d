// The planner: chooses the parameters of proofs about a system.
//
// It tries every way to group the oracles into stacks, every sensible M, R and n of each stack and every sensible
// recursion, and takes the one with the least  seconds · bytes^byte_weight  as predicted by cost_model.h. What it finds
// passes verifier::check_parameters. Same input, same plan. Cost: a fifth of a second for two oracles, seconds for six.
#pragma once

#include <cstdint>
#include <vector>

#include "tacit/base/error.h"
#include "tacit/prover/cost_model.h"
#include "tacit/statement/system.h"
#include "tacit/verifier/parameters.h"

namespace tacit::prover {

// An oracle of weights or data that is committed already: another batch size, another proof of its epoch.
struct CommittedOracle {
  statement::OracleId oracle = 0;
  uint8_t log_rows = 0;
  uint8_t log_blinding = 0;
  uint8_t log_domain = 0;
  uint32_t max_queries = 0;  // the rows that its epoch's ledger counts for one proof
};

struct PlanOptions {
  verifier::Profile profile = verifier::Profile::k100;
  CostOptions costs;
  std::vector<CommittedOracle> committed;
  uint64_t min_proofs = 48;  // of an epoch
  double byte_weight = 0.5;  // a receipt smaller by 1 % is worth so many % of time
  std::vector<uint8_t> query_grinding = {10, 12, 14, 16, 18, 20};  // the choices
  uint8_t max_grinding = 16;                                       // of any other challenge
};

struct Plan {
  std::vector<uint8_t> log_rows;  // one for each oracle, for statement::place
  verifier::Parameters parameters;
  Prediction prediction;
};

// The system's tensors need no places yet; log_rows and limbs of its oracles are ignored.
// Errors: kUnsupported (more than 6 oracles, none, or no parameters within the limits), kBadParameters (`committed` names
// no oracle of weights or data).
Result<Plan> plan(const statement::System& system, const PlanOptions& options);

}  // namespace tacit::prover
