#include "tacit/api/proving.h"

#include "tacit/api/cache.h"
#include "tacit/api/keys.h"
#include "tacit/api/planning.h"
#include "tacit/base/check.h"
#include "tacit/receipt/handover.h"
#include "tacit/statement/instance.h"

namespace tacit::api {
namespace {

using field::Goldilocks;
using statement::System;
using statement::TensorId;

constexpr uint32_t kMaxAttempts = 8;
// A handover is made once in an epoch, and every verifier keeps it: bytes count for more than in a receipt.
constexpr double kHandoverByteWeight = 4;

template <class E>
Result<Bytes> prove_once(const ProofJob& job, const hash::Seed& seed) {
  prover::SeededRandomness<Goldilocks> random(seed);
  verifier::FiatShamirCoins coins(verifier::kProtocolName, prover::fast_work);
  return prover::prove<E>({job.statement, job.assignment, job.fixed, random, job.times, job.memory}, coins);
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

std::shared_ptr<const prover::Cells> weight_cells(const receipt::PublicModel& model,
                                                  const receipt::WeightCommitment& shape, const Weights& weights) {
  System system = model.system;
  statement::place(system, std::vector<uint8_t>(system.oracles.size(), shape.log_rows));
  return std::make_shared<const prover::Cells>(system, weights, receipt::kWeightOracle);
}

WeightMatrix commit(std::shared_ptr<const prover::Cells> cells, const receipt::WeightCommitment& shape,
                    const hash::Seed& seed, std::optional<prover::Stored> stored) {
  const verifier::Stack stack{{receipt::kWeightOracle}, {shape.log_blinding}, shape.log_rows,
                              shape.log_domain,         shape.max_queries,    0};
  prover::SeededRandomness<Goldilocks> random(seed);
  return prover::commit_cells<Goldilocks>(std::move(cells), receipt::kWeightOracle, verifier::kWeightsTreeId, stack,
                                          random, std::move(stored));
}

}  // namespace

WeightMatrix commit_weights(const receipt::PublicModel& model, const receipt::WeightCommitment& shape,
                            const Weights& weights, const hash::Seed& seed) {
  return commit(weight_cells(model, shape, weights), shape, seed, {});
}

CachedWeights commit_weights(const receipt::PublicModel& model, const receipt::WeightCommitment& shape,
                             const Weights& weights, const hash::Seed& seed, const std::string& cache,
                             const hash::Digest& model_sum) {
  auto cells = weight_cells(model, shape, weights);
  const CacheKey key{model_sum, seed, shape.log_domain, static_cast<uint32_t>(cells->limbs())};
  if (std::optional<prover::Stored> stored = read_cache(cache, key))
    return {commit(std::move(cells), shape, seed, std::move(stored)), CacheUse::kUsed};
  std::optional<NewCache> fresh = NewCache::create(cache, key);
  if (!fresh) return {commit(std::move(cells), shape, seed, {}), CacheUse::kNone};
  WeightMatrix matrix = commit(std::move(cells), shape, seed, fresh->space());
  fresh->keep(matrix.root());
  return {std::move(matrix), CacheUse::kWritten};
}

Result<LedgerState> spend_proof(const std::string& ledger, const LedgerHeader& expected,
                                const verifier::Parameters& parameters, std::span<const DataLedger> data) {
  for (const DataLedger& item : data) {
    TACIT_ASSIGN(const LedgerState state, read_ledger(item.path));
    if (state.proofs_left() == 0)
      return fail(Code::kBudgetSpent, item.path, state.proofs, "commit the data anew: tacit commit-data --force");
  }
  TACIT_ASSIGN(LedgerState state,
               spend(ledger, expected, oracle_queries(parameters, receipt::kWeightOracle), Spending::kProof));
  for (const DataLedger& item : data)
    TACIT_TRY(spend(item.path, item.expected, oracle_queries(parameters, item.oracle), Spending::kProof));
  return state;
}

Result<Proof> prove_with_ledger(const ProofJob& job) {
  for (uint32_t number = 0; number < kMaxAttempts; ++number) {
    TACIT_ASSIGN(const LedgerState ledger, job.spend());
    const Attempt attempt{ledger.records - 1, number, ledger.header.epoch, job.inputs};
    TACIT_ASSIGN(const hash::Seed seed, attempt_seed(ledger.header.attempts_seed(), attempt, job.statement));
    Result<Bytes> proof = prove_once(job, seed);
    if (proof) return Proof{std::move(*proof), ledger};
    if (proof.error().code != Code::kUnlucky) return tl::unexpected(std::move(proof.error()));
  }
  return fail(Code::kUnlucky, "prove", kMaxAttempts);
}

Result<std::optional<WeightCase>> registration_case(const receipt::PublicFile& file, const Weights& weights,
                                                    int threads) {
  TACIT_ASSIGN(receipt::RegistrationSystem derived, receipt::registration_system(file.model));
  if (derived.tensors.empty()) return std::optional<WeightCase>();
  WeightCase out;
  TACIT_ASSIGN(ProofPlan plan, plan_proof(derived.system, committed_options(file, threads)));
  out.assignment = registration_witness(derived, weights);
  TACIT_TRY(statement::count_multiplicities(derived.system, out.assignment));
  TACIT_ASSIGN(out.system, receipt::placed(std::move(derived.system), plan.parameters));
  out.parameters = std::move(plan.parameters);
  return std::optional<WeightCase>(std::move(out));
}

Result<std::optional<WeightCase>> handover_case(const receipt::PublicFile& file, const Weights& weights, int threads) {
  System derived = receipt::handover_system(file.model);
  if (derived.tensors.empty()) return std::optional<WeightCase>();
  WeightCase out;
  for (TensorId id = 0; id < file.model.system.tensors.size(); ++id)
    if (file.model.system.tensors[id].oracle == receipt::kWeightOracle)
      out.assignment.tensors.insert(out.assignment.tensors.end(), 2, weights[id]);
  prover::PlanOptions options = committed_options(file, threads);
  options.committed.push_back(options.committed[0]);
  options.committed[1].oracle = receipt::kNewerWeights;
  options.byte_weight = kHandoverByteWeight;
  TACIT_ASSIGN(ProofPlan plan, plan_proof(derived, options));
  TACIT_ASSIGN(out.system, receipt::placed(std::move(derived), plan.parameters));
  out.parameters = std::move(plan.parameters);
  return std::optional<WeightCase>(std::move(out));
}

}  // namespace tacit::api
