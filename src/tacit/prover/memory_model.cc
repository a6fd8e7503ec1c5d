#include "tacit/prover/memory_model.h"

#include <algorithm>

#include "tacit/parallel/parallel.h"
#include "tacit/prover/cells.h"
#include "tacit/prover/claim.h"
#include "tacit/verifier/lookup.h"

namespace tacit::prover {
namespace {

using statement::OracleKind;
using statement::System;
using verifier::Parameters;

constexpr uint64_t kWord = 8, kDigest = 32;
constexpr uint64_t kProcess = uint64_t{12} << 20;  // program, statement, tables of functions, allocator

uint64_t element(const Parameters& parameters) {
  return kWord * (parameters.profile == verifier::Profile::k100 ? 2 : 3);
}

uint64_t integers(const System& system) {
  uint64_t n = 0;
  for (const statement::Tensor& tensor : system.tensors) n += tensor.space.elements();
  for (const statement::Contraction& k : system.contractions) {
    uint64_t outputs = 1;
    for (const uint32_t label : k.output_labels()) outputs *= k.labels.axes[label].length;
    n += outputs;
  }
  return kWord * n;
}

void add_stack(const System& system, const Parameters& parameters, const verifier::Stack& stack, const MemoryPlan& plan,
               MemoryNeed& need) {
  const uint64_t rows = uint64_t{1} << stack.log_rows, points = uint64_t{1} << stack.log_domain;
  const uint64_t mask = element(parameters) * (rows + (uint64_t{1} << stack.stack_log_blinding()));
  need.commitments += 2 * mask;  // as elements and as columns
  bool mask_placed = false;
  for (size_t i = 0; i < stack.oracles.size(); ++i) {
    const statement::Oracle& oracle = system.oracles[stack.oracles[i]];
    const uint64_t blinding = uint64_t{oracle.limbs} << stack.log_blinding[i];
    need.commitments += Cells::bytes_for(system, stack.oracles[i]) + kWord * blinding;
    if (oracle.kind != OracleKind::kActivations) {
      need.mapped += 2 * kDigest * points;
      continue;
    }
    const uint64_t width = oracle.limbs + (mask_placed ? 0 : element(parameters) / kWord);
    mask_placed = true;
    need.commitments += 2 * kDigest * points;
    // A coset at a time on each thread: eight words a row, states and the hashes of complete chunks (simd/encode.h).
    const uint64_t cosets = std::min<uint64_t>(parallel::threads(), points / rows);
    need.encoding = std::max(need.encoding, cosets * rows * (8 * kWord + kDigest * (2 + width / 128)));
    if (kWord * width * points <= plan.kept_codeword) need.commitments += kWord * width * points;
    if (oracle.log_address() < kLogLargeOracle) need.claims += 2 * element(parameters) << oracle.log_address();
  }
  if (!mask_placed) need.commitments += 2 * kDigest * points + element(parameters) * points;
}

uint64_t opening(const Parameters& parameters) {
  const uint64_t length = uint64_t{1} << statement::log2_ceil(verifier::h_length(parameters));
  uint64_t most = 0, words = length;
  for (const verifier::Level& level : parameters.levels) {
    const uint64_t points = uint64_t{1} << level.log_domain, columns = std::max<uint64_t>(1, words >> level.log_rows);
    most = std::max(most, element(parameters) * (words + columns * points) + 2 * kDigest * points);
    words = uint64_t{1} << level.log_rows;
  }
  // The vector, the functional and, while one is added, the other.
  return 3 * element(parameters) * length + most;
}

}  // namespace

uint64_t MemoryNeed::anonymous() const {
  return kProcess + values + commitments + std::max({encoding, lookups, claims, opening});
}

MemoryNeed memory_need(const System& system, const Parameters& parameters, const MemoryPlan& plan) {
  MemoryNeed need;
  need.values = integers(system);
  for (const verifier::Stack& stack : parameters.stacks) add_stack(system, parameters, stack, plan, need);
  const uint64_t pads = (uint64_t{1} << parameters.pads.log_rows) + (uint64_t{1} << parameters.pads.log_blinding);
  const uint64_t pad_points = uint64_t{1} << parameters.pads.log_domain;
  need.commitments += element(parameters) * (4 * pads + 2 * pad_points) + 2 * kDigest * pad_points;
  // Fractions of all layers: twice the leaves'.
  if (!system.lookups.empty()) need.lookups = 4 * element(parameters) << verifier::leaf_layout(system).depth;
  need.opening = opening(parameters);
  return need;
}

MemoryPlan choose_memory_plan(const System& system, const Parameters& parameters, uint64_t cap) {
  MemoryPlan plan;
  const auto fits = [&] { return memory_need(system, parameters, plan).anonymous() <= cap - cap / 10; };
  while (plan.kept_codeword > 0 && !fits()) plan.kept_codeword /= 4;
  return plan;
}

}  // namespace tacit::prover
