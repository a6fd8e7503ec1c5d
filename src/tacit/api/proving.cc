#include "tacit/api/proving.h"

#include "tacit/api/keys.h"
#include "tacit/api/planning.h"
#include "tacit/base/check.h"
#include "tacit/statement/instance.h"

namespace tacit::api {
namespace {

using field::Goldilocks;
using statement::System;

constexpr uint32_t kMaxAttempts = 8;

template <class E>
Result<Bytes> prove_once(const ProofJob& job, const hash::Seed& seed) {
  prover::SeededRandomness<Goldilocks> random(seed);
  verifier::FiatShamirCoins coins(verifier::kProtocolName, prover::fast_work);
  std::vector<const WeightMatrix*> fixed{&job.weights};
  for (const DataOpening& opening : job.data) fixed.push_back(&opening.matrix);
  return prover::prove<E>({job.statement, job.assignment, fixed, random, job.times}, coins);
}

Result<Bytes> prove_once(const ProofJob& job, const hash::Seed& seed) {
  return job.statement.parameters.profile == verifier::Profile::k100 ? prove_once<field::Goldilocks2>(job, seed)
                                                                     : prove_once<field::Goldilocks3>(job, seed);
}

statement::Assignment registration_witness(const receipt::RegistrationSystem& derived, const Weights& weights) {
  statement::Assignment assignment;
  assignment.tensors.resize(derived.system.tensors.size());
  for (const receipt::RegisteredTensor& tensor : derived.tensors) {
    const std::vector<int64_t>& values = weights[tensor.source];
    const int64_t low = derived.system.tensors[tensor.tensor].range.low;
    const int64_t mask = (int64_t{1} << tensor.digit_bits) - 1;
    assignment.tensors[tensor.tensor] = values;
    for (size_t i = 0; i < tensor.digits.size(); ++i) {
      std::vector<int64_t>& out = assignment.tensors[tensor.digits[i]];
      out.reserve(values.size());
      for (const int64_t w : values) out.push_back((w - low) >> (tensor.digit_bits * static_cast<int>(i)) & mask);
    }
  }
  return assignment;
}

// The rows that a proof opens of each oracle of data.
std::vector<uint32_t> data_queries(const verifier::Statement& statement) {
  std::vector<uint32_t> out;
  for (statement::OracleId o = 0; o < statement.system.oracles.size(); ++o)
    if (statement.system.oracles[o].kind == statement::OracleKind::kData)
      out.push_back(oracle_queries(statement.parameters, o));
  return out;
}

// Asked before anything is spent, so that spent data don't cost a proof of the model's.
Status check_data_budgets(const ProofJob& job, const std::vector<uint32_t>& rows) {
  for (size_t i = 0; i < job.data.size(); ++i) {
    TACIT_ASSIGN(const LedgerState state, read_ledger(job.data[i].ledger));
    if (state.spent + rows[i] + state.header.max_queries > state.header.rows)
      return fail(Code::kBudgetSpent, job.data[i].ledger, state.proofs,
                  "commit the data anew: tacit commit-data --force");
  }
  return {};
}

}  // namespace

WeightMatrix commit_weights(const receipt::PublicModel& model, const receipt::WeightCommitment& shape,
                            const Weights& weights, const hash::Seed& seed) {
  System system = model.system;
  std::vector<uint8_t> log_rows(system.oracles.size(), shape.log_rows);
  statement::place(system, log_rows);
  statement::Assignment assignment;
  assignment.tensors = weights;
  const verifier::Stack stack{{receipt::kWeightOracle}, {shape.log_blinding}, shape.log_rows,
                              shape.log_domain,         shape.max_queries,    0};
  prover::SeededRandomness<Goldilocks> random(seed);
  return prover::commit_fixed<Goldilocks>(system, assignment, receipt::kWeightOracle, stack, random);
}

Result<Proof> prove_with_ledger(const ProofJob& job) {
  const uint32_t rows = oracle_queries(job.statement.parameters, receipt::kWeightOracle);
  const std::vector<uint32_t> data_rows = data_queries(job.statement);
  TACIT_CHECK(data_rows.size() == job.data.size());
  for (uint32_t number = 0; number < kMaxAttempts; ++number) {
    TACIT_TRY(check_data_budgets(job, data_rows));
    TACIT_ASSIGN(LedgerState ledger, spend(job.ledger, job.model_id, rows, job.kind));
    for (size_t i = 0; i < job.data.size(); ++i)
      TACIT_TRY(spend(job.data[i].ledger, job.data[i].id, data_rows[i], Spending::kProof));
    TACIT_ASSIGN(const hash::Seed seed,
                 attempt_seed(ledger.header.attempts_seed(), {ledger.records, number, ledger.header.epoch, job.inputs},
                              job.statement));
    Result<Bytes> proof = prove_once(job, seed);
    if (proof) {
      ++ledger.records;
      ledger.spent += rows;
      ledger.proofs += job.kind == Spending::kProof;
      return Proof{std::move(*proof), ledger};
    }
    if (proof.error().code != Code::kUnlucky) return tl::unexpected(std::move(proof.error()));
  }
  return fail(Code::kUnlucky, "prove", kMaxAttempts);
}

Result<std::optional<RegistrationCase>> registration_case(const receipt::PublicFile& file, const Weights& weights,
                                                          int threads) {
  TACIT_ASSIGN(receipt::RegistrationSystem derived, receipt::registration_system(file.model));
  if (derived.tensors.empty()) return std::optional<RegistrationCase>();
  RegistrationCase out;
  TACIT_ASSIGN(ProofPlan plan, plan_proof(derived.system, committed_options(file, threads)));
  out.assignment = registration_witness(derived, weights);
  TACIT_TRY(statement::count_multiplicities(derived.system, out.assignment));
  TACIT_ASSIGN(out.system, receipt::placed(std::move(derived.system), plan.parameters));
  out.parameters = std::move(plan.parameters);
  return std::optional<RegistrationCase>(std::move(out));
}

}  // namespace tacit::api
