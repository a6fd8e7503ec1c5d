#include "tacit/prover/cost_model.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "tacit/base/check.h"
#include "tacit/statement/instance.h"

namespace tacit::prover {
namespace {

using statement::OracleKind;
using statement::System;
using verifier::Parameters;
using verifier::Profile;

constexpr double kDigest = 32, kSalt = 32, kNonce = 8, kWord = 8;

double power(int log) { return std::ldexp(1.0, log); }
double degree(Profile profile) { return profile == Profile::k100 ? 2 : 3; }
double element(Profile profile) { return kWord * degree(profile); }

// Words of a row are transformed and hashed eight at a time.
double commit_nanoseconds(double words, int log_domain, const UnitCosts& units) {
  return power(log_domain) * (8 * std::ceil(words / 8) * units.codeword_word + units.codeword_row);
}

// Root, rows, salts, siblings.
double tree_bytes(double words, uint32_t rows, int log_domain, double salt) {
  return kDigest * (1 + expected_siblings(rows, log_domain)) + rows * (words * kWord + salt);
}

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  nanoseconds += other.nanoseconds;
  bytes += other.bytes;
  return *this;
}

double expected_siblings(uint32_t t, int log_leaves) {
  // The planner asks for the same few thousand values again and again.
  thread_local std::vector<double> known(size_t{verifier::kMaxLogDomain + 1} * (verifier::kMaxQueries + 1), -1);
  TACIT_CHECK(log_leaves <= verifier::kMaxLogDomain && t <= verifier::kMaxQueries);
  double& sum = known[static_cast<size_t>(log_leaves) * (verifier::kMaxQueries + 1) + t];
  if (sum >= 0) return sum;
  // A node's digest is sent when no opened leaf lies under it and one lies under its sibling.
  sum = 0;
  for (int depth = 1; depth <= log_leaves; ++depth) {
    const double nodes = power(depth);
    const double none_in_one = std::pow(1 - 1 / nodes, t), none_in_two = std::pow(1 - 2 / nodes, t);
    sum += nodes * (none_in_one - none_in_two);
  }
  return sum;
}

uint64_t functional_scalars(uint64_t limbs, const CostOptions& options) { return options.functionals * (limbs + 1); }

Cost stack_cost(const System& system, const Parameters& parameters, size_t number, const CostOptions& options) {
  const verifier::Stack& stack = parameters.stacks[number];
  const UnitCosts& units = options.units;
  const double mask_words = degree(parameters.profile);
  const double rows = power(stack.log_rows), coefficients = rows + power(stack.stack_log_blinding());
  Cost cost;
  cost.nanoseconds = coefficients * (units.fold_row + mask_words * units.random_word) +
                     grinding_nanoseconds(stack.fold_grinding, options);
  bool mask_placed = false;
  uint64_t limbs_of_stack = 0;
  double once = 0, epoch = INFINITY;
  for (size_t i = 0; i < stack.oracles.size(); ++i) {
    const statement::Oracle& oracle = system.oracles[stack.oracles[i]];
    const double limbs = oracle.limbs, cells = limbs * rows, blinding = limbs * power(stack.log_blinding[i]);
    limbs_of_stack += oracle.limbs;
    double words = limbs;
    cost.nanoseconds += units.fold_cell * cells + units.fold_blinding * blinding;
    const double fresh_rows = stack.queries * (units.opened_cell * cells + units.opened_blinding * blinding);
    if (oracle.kind == OracleKind::kActivations) {
      if (!mask_placed) words += mask_words;
      mask_placed = true;
      cost.nanoseconds += commit_nanoseconds(words, stack.log_domain, units) + units.random_word * blinding +
                          units.claim_cell * cells + fresh_rows;
    } else {
      const double commit = commit_nanoseconds(words, stack.log_domain, units);
      cost.nanoseconds += units.weight_cell * cells;
      if (!options.weights_stored) cost.nanoseconds += std::min(fresh_rows, commit);
      once += commit + units.random_word * blinding;
      epoch = std::min(epoch, static_cast<double>(stack.epoch_proofs(i)));
    }
    cost.bytes += tree_bytes(words, stack.queries, stack.log_domain, kSalt);
  }
  if (!mask_placed) {
    cost.nanoseconds += commit_nanoseconds(mask_words, stack.log_domain, units);
    cost.bytes += tree_bytes(mask_words, stack.queries, stack.log_domain, kSalt);
  }
  // A handover is one more proof about both epochs.
  if (once > 0) cost.nanoseconds += (once + 2 * cost.nanoseconds) / std::max(epoch, 1.0);
  const double scalars = static_cast<double>(functional_scalars(limbs_of_stack, options)) + options.functionals;
  cost.bytes += element(parameters.profile) * scalars + kNonce * (stack.fold_grinding != 0);
  return cost;
}

Cost pads_cost(const Parameters& parameters, const CostOptions& options) {
  const verifier::Pads& pads = parameters.pads;
  const UnitCosts& units = options.units;
  const double words = 2 * degree(parameters.profile);
  const double coefficients = power(pads.log_rows) + power(pads.log_blinding);
  Cost cost;
  cost.nanoseconds = coefficients * (units.fold_row + words * units.random_word) +
                     commit_nanoseconds(words, pads.log_domain, units) +
                     grinding_nanoseconds(pads.fold_grinding, options);
  // ⟨p′, w⟩ goes in the clear, beside the veiled scalars.
  cost.bytes = tree_bytes(words, pads.queries, pads.log_domain, kSalt) +
               element(parameters.profile) * (static_cast<double>(options.pads) + 1) +
               kNonce * (pads.fold_grinding != 0);
  return cost;
}

Cost level_cost(Profile profile, uint64_t length, const verifier::Level& level, uint8_t query_grinding,
                const CostOptions& options) {
  const UnitCosts& units = options.units;
  const double columns = std::ceil(static_cast<double>(length) / power(level.log_rows));
  const double rounds = statement::log2_ceil(length) - level.log_rows;
  const double words = columns * degree(profile);
  Cost cost;
  cost.nanoseconds = commit_nanoseconds(words, level.log_domain, units) +
                     static_cast<double>(length) * units.level_element + units.level +
                     rounds * grinding_nanoseconds(level.fold_grinding, options) +
                     grinding_nanoseconds(query_grinding, options);
  // Rows of a level are functions of what is public: their leaves need no salt.
  cost.bytes = tree_bytes(words, level.queries, level.log_domain, 0) +
               element(profile) * (2 * rounds + (level.johnson != 0)) + kNonce * (query_grinding != 0) +
               kNonce * rounds * (level.fold_grinding != 0);
  return cost;
}

Cost clear_cost(Profile profile, uint64_t length) { return {0, element(profile) * static_cast<double>(length)}; }

Cost statement_cost(const System& system, Profile profile, const CostOptions& options) {
  const UnitCosts& units = options.units;
  const double extension = degree(profile) / 2;  // an element's cost beside that of the quadratic extension
  Cost cost;
  for (const statement::Lookup& lookup : system.lookups)
    cost.nanoseconds += units.lookup * extension * static_cast<double>(lookup.labels.places());
  for (const statement::Table& table : system.tables)
    for (const statement::Segment& segment : table.segments)
      cost.nanoseconds += units.table_row * extension * power(segment.log_rows);
  for (const statement::Contraction& contraction : system.contractions)
    cost.nanoseconds += units.multiply_add * static_cast<double>(contraction.labels.elements());
  return cost;
}

Prediction predict(const System& system, const Parameters& parameters, const CostOptions& options) {
  Cost opening = pads_cost(parameters, options);
  opening.nanoseconds += grinding_nanoseconds(parameters.query_grinding, options);
  opening.bytes += kNonce * (parameters.query_grinding != 0);
  for (size_t i = 0; i < parameters.stacks.size(); ++i) opening += stack_cost(system, parameters, i, options);
  uint64_t length = verifier::h_length(parameters);
  for (const verifier::Level& level : parameters.levels) {
    opening += level_cost(parameters.profile, length, level, parameters.query_grinding, options);
    length = uint64_t{1} << level.log_rows;
  }
  opening += clear_cost(parameters.profile, length);

  double cells = 0;
  for (size_t oracle = 0; oracle < system.oracles.size(); ++oracle)
    if (system.oracles[oracle].kind == OracleKind::kActivations)
      cells += static_cast<double>(statement::places_used(system, static_cast<uint32_t>(oracle)));
  const double sequential = options.units.process + options.units.chain_step * cells / 1024;
  Cost rest = statement_cost(system, parameters.profile, options);
  rest.nanoseconds += grinding_nanoseconds(parameters.alpha_grinding, options);
  Prediction prediction;
  prediction.opening_seconds = 1e-9 * opening.nanoseconds / speed_up(options);
  prediction.seconds = prediction.opening_seconds + 1e-9 * (sequential + rest.nanoseconds / speed_up(options));
  prediction.bytes = opening.bytes + rest.bytes + kNonce * (parameters.alpha_grinding != 0);
  return prediction;
}

double speed_up(const CostOptions& options) { return 1 + (options.threads - 1) * options.units.thread_gain; }

double grinding_nanoseconds(uint8_t bits, const CostOptions& options) {
  return bits == 0 ? 0 : power(bits) * options.units.grinding_hash;
}

}  // namespace tacit::prover
