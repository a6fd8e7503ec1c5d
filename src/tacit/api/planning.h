// Parameters of proofs, from the planner, with room for exactly the pads that a proof turns out to need.
#pragma once

#include "tacit/prover/planner.h"
#include "tacit/receipt/code_shape.h"
#include "tacit/receipt/public_file.h"

namespace tacit::api {

struct ProofPlan {
  verifier::Parameters parameters;
  prover::Prediction prediction;
};

// Parameters for an instance of a template (not placed). Errors: those of prover::plan.
Result<ProofPlan> plan_proof(const statement::System& instance, prover::PlanOptions options);

// Options under which the weights stay as they are committed.
prover::PlanOptions committed_options(const receipt::PublicFile& file, int threads);

// How data of this size are committed, with room for so many proofs: the code, and the rows of one proof at most.
struct DataPlan {
  receipt::CodeShape code;
  uint32_t max_queries = 0;
};
Result<DataPlan> plan_data(uint32_t samples, uint64_t elements, verifier::Profile profile, uint64_t min_proofs,
                           int threads);

// Is there room for the pads of a proof of this placed system?
bool pads_fit(const statement::System& placed, const verifier::Parameters& parameters);

// The commitment that these parameters give the weights. Requires check_parameters.
receipt::WeightCommitment weight_commitment(const verifier::Parameters& parameters);

// Rows of an oracle that one proof opens. Requires an oracle of one of the stacks.
uint32_t oracle_queries(const verifier::Parameters& parameters, statement::OracleId oracle);

// Bytes of memory that a proof of one sample takes at its peak, files apart (prover/memory_model.h).
uint64_t predicted_memory(const receipt::PublicModel& model, const verifier::Parameters& parameters);

// How many threads this process may use.
int available_threads();

}  // namespace tacit::api
