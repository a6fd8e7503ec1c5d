#include "tacit/verifier/parameters.h"

#include <algorithm>
#include <tuple>

#include "tacit/statement/space.h"
#include "tacit/verifier/error_terms.h"

namespace tacit::verifier {
namespace {

constexpr const char* kPlace = "parameters";

uint64_t power(uint8_t log) { return uint64_t{1} << log; }

// R must hide the rows that one proof opens, or those of at least one proof and the handovers of an epoch.
bool hides_enough(statement::OracleKind kind, uint8_t log_blinding, uint32_t queries) {
  if (kind == statement::OracleKind::kActivations) return power(log_blinding) >= uint64_t{queries} + 1;
  return power(log_blinding) >= uint64_t{3} * queries;
}

bool fits_domain(uint8_t log_rows, uint8_t log_blinding, uint8_t log_domain) {
  if (log_domain > kMaxLogDomain || log_rows >= log_domain || log_blinding >= log_domain) return false;
  return power(log_rows) + power(log_blinding) <= power(log_domain) / 2;
}

bool sane_queries(uint32_t queries, uint8_t log_domain) {
  return queries >= 1 && queries <= kMaxQueries && queries <= power(log_domain);
}

Status check_stack(const statement::System& system, const Stack& stack, size_t number, std::vector<bool>& taken) {
  const auto bad = [&](const char* hint) { return fail(Code::kBadParameters, "stack", number, hint); };
  if (stack.oracles.empty()) return bad("a stack without oracles");
  if (stack.oracles.size() != stack.log_blinding.size()) return bad("one log_blinding for each oracle");
  if (!fits_domain(stack.log_rows, stack.stack_log_blinding(), stack.log_domain))
    return bad("M + R must be at most n/2, n at most 2^32");
  if (!sane_queries(stack.queries, stack.log_domain)) return bad("number of queries");
  if (stack.fold_grinding > kMaxGrinding) return bad("grinding");
  for (size_t i = 0; i < stack.oracles.size(); ++i) {
    const uint32_t oracle = stack.oracles[i];
    if (oracle >= system.oracles.size() || taken[oracle]) return bad("each oracle belongs to one stack");
    taken[oracle] = true;
    if (system.oracles[oracle].log_rows != stack.log_rows) return bad("an oracle has another number of rows");
    if (!hides_enough(system.oracles[oracle].kind, stack.log_blinding[i], stack.queries))
      return bad("too few blinding rows for the queries");
  }
  return {};
}

Status check_pads(const Pads& pads) {
  const auto bad = [&](const char* hint) { return fail(Code::kBadParameters, "pads", 0, hint); };
  if (!fits_domain(pads.log_rows, pads.log_blinding, pads.log_domain))
    return bad("M + R must be at most n/2, n at most 2^32");
  if (!sane_queries(pads.queries, pads.log_domain)) return bad("number of queries");
  if (pads.fold_grinding > kMaxGrinding) return bad("grinding");
  if (!hides_enough(statement::OracleKind::kActivations, pads.log_blinding, pads.queries))
    return bad("too few blinding rows for the queries");
  return {};
}

Status check_level(const Level& level, int log_length, size_t number) {
  const auto bad = [&](const char* hint) { return fail(Code::kBadParameters, "level", number, hint); };
  if (level.log_rows >= log_length || log_length - level.log_rows > 16) return bad("a level must have 1 to 16 rounds");
  if (level.log_domain > kMaxLogDomain || level.log_domain <= level.log_rows)
    return bad("the domain must be at least twice the rows and at most 2^32");
  if (!sane_queries(level.queries, level.log_domain)) return bad("number of queries");
  if (level.johnson == 1 || level.johnson == 2) return bad("the Johnson parameter is 0 or at least 3");
  if (level.fold_grinding > kMaxGrinding) return bad("grinding");
  return {};
}

}  // namespace

int target_bits(Profile profile) { return profile == Profile::k100 ? 100 : 128; }

uint8_t Stack::stack_log_blinding() const {
  return log_blinding.empty() ? 0 : *std::max_element(log_blinding.begin(), log_blinding.end());
}

uint64_t Stack::epoch_proofs(size_t position) const {
  const uint64_t openings = power(log_blinding[position]) / queries;
  return openings < 2 ? 0 : openings - 2;
}

int64_t ErrorLedger::weakest_millibits() const {
  int64_t weakest = INT64_MAX;
  for (const ErrorTerm& term : terms) weakest = std::min(weakest, term.millibits);
  return weakest;
}

void write(Writer& out, const Parameters& parameters) {
  out.u8(static_cast<uint8_t>(parameters.profile));
  out.u32(static_cast<uint32_t>(parameters.stacks.size()));
  for (const Stack& stack : parameters.stacks) {
    out.u32(static_cast<uint32_t>(stack.oracles.size()));
    for (uint32_t oracle : stack.oracles) out.u32(oracle);
    out.blob(stack.log_blinding);
    out.u8(stack.log_rows);
    out.u8(stack.log_domain);
    out.u32(stack.queries);
    out.u8(stack.fold_grinding);
  }
  const Pads& pads = parameters.pads;
  out.u8(pads.log_rows);
  out.u8(pads.log_blinding);
  out.u8(pads.log_domain);
  out.u32(pads.queries);
  out.u8(pads.fold_grinding);
  out.u32(static_cast<uint32_t>(parameters.levels.size()));
  for (const Level& level : parameters.levels) {
    out.u8(level.log_rows);
    out.u8(level.log_domain);
    out.u32(level.queries);
    out.u8(level.johnson);
    out.u8(level.fold_grinding);
  }
  out.u8(parameters.alpha_grinding);
  out.u8(parameters.query_grinding);
}

Result<Parameters> parse_parameters(Reader& in) {
  Parameters parameters;
  TACIT_ASSIGN(const uint8_t profile, in.u8());
  if (profile > static_cast<uint8_t>(Profile::k128)) return fail(Code::kNonCanonical, kPlace, in.offset());
  parameters.profile = static_cast<Profile>(profile);
  TACIT_ASSIGN(const uint32_t n_stacks, in.count(15));
  for (uint32_t i = 0; i < n_stacks; ++i) {
    Stack& stack = parameters.stacks.emplace_back();
    TACIT_ASSIGN(const uint32_t n_oracles, in.count(4));
    for (uint32_t j = 0; j < n_oracles; ++j) {
      TACIT_ASSIGN(stack.oracles.emplace_back(), in.u32());
    }
    TACIT_ASSIGN(const ByteView log_blinding, in.blob(in.remaining()));
    stack.log_blinding.assign(log_blinding.begin(), log_blinding.end());
    TACIT_ASSIGN(stack.log_rows, in.u8());
    TACIT_ASSIGN(stack.log_domain, in.u8());
    TACIT_ASSIGN(stack.queries, in.u32());
    TACIT_ASSIGN(stack.fold_grinding, in.u8());
  }
  Pads& pads = parameters.pads;
  TACIT_ASSIGN(pads.log_rows, in.u8());
  TACIT_ASSIGN(pads.log_blinding, in.u8());
  TACIT_ASSIGN(pads.log_domain, in.u8());
  TACIT_ASSIGN(pads.queries, in.u32());
  TACIT_ASSIGN(pads.fold_grinding, in.u8());
  TACIT_ASSIGN(const uint32_t n_levels, in.count(8));
  for (uint32_t i = 0; i < n_levels; ++i) {
    Level& level = parameters.levels.emplace_back();
    TACIT_ASSIGN(level.log_rows, in.u8());
    TACIT_ASSIGN(level.log_domain, in.u8());
    TACIT_ASSIGN(level.queries, in.u32());
    TACIT_ASSIGN(level.johnson, in.u8());
    TACIT_ASSIGN(level.fold_grinding, in.u8());
  }
  TACIT_ASSIGN(parameters.alpha_grinding, in.u8());
  TACIT_ASSIGN(parameters.query_grinding, in.u8());
  return parameters;
}

std::vector<HBlock> h_layout(const Parameters& parameters) {
  std::vector<HBlock> blocks;
  const auto add = [&](uint8_t log_rows, uint8_t log_blinding) {
    const auto word = static_cast<uint32_t>(blocks.size() / 2);
    blocks.push_back({word, false, log_rows, 0});
    blocks.push_back({word, true, log_blinding, 0});
  };
  for (const Stack& stack : parameters.stacks) add(stack.log_rows, stack.stack_log_blinding());
  add(parameters.pads.log_rows, parameters.pads.log_blinding);
  std::sort(blocks.begin(), blocks.end(), [](const HBlock& x, const HBlock& y) {
    return std::tuple(-int{x.log_size}, x.word, x.blinding) < std::tuple(-int{y.log_size}, y.word, y.blinding);
  });
  uint64_t offset = 0;
  for (HBlock& block : blocks) {
    block.offset = offset;
    offset += power(block.log_size);
  }
  return blocks;
}

uint64_t h_length(const Parameters& parameters) {
  uint64_t length = power(parameters.pads.log_rows) + power(parameters.pads.log_blinding);
  for (const Stack& stack : parameters.stacks) length += power(stack.log_rows) + power(stack.stack_log_blinding());
  return length;
}

int level_log_length(const Parameters& parameters, size_t level) {
  return level == 0 ? statement::log2_ceil(h_length(parameters)) : parameters.levels[level - 1].log_rows;
}

int level_rounds(const Parameters& parameters, size_t level) {
  return level_log_length(parameters, level) - parameters.levels[level].log_rows;
}

Status check_shape(const statement::System& system, const Parameters& parameters) {
  const auto bad = [](size_t index, const char* hint) { return fail(Code::kBadParameters, kPlace, index, hint); };
  if (parameters.stacks.empty() || parameters.stacks.size() > kMaxStacks)
    return bad(parameters.stacks.size(), "number of stacks");
  if (parameters.levels.size() > kMaxLevels) return bad(parameters.levels.size(), "number of levels");
  if (std::max(parameters.alpha_grinding, parameters.query_grinding) > kMaxGrinding) return bad(0, "grinding");
  std::vector<bool> taken(system.oracles.size(), false);
  for (size_t i = 0; i < parameters.stacks.size(); ++i) TACIT_TRY(check_stack(system, parameters.stacks[i], i, taken));
  for (size_t oracle = 0; oracle < taken.size(); ++oracle)
    if (!taken[oracle]) return bad(oracle, "an oracle belongs to no stack");
  TACIT_TRY(check_pads(parameters.pads));
  for (size_t i = 0; i < parameters.levels.size(); ++i)
    TACIT_TRY(check_level(parameters.levels[i], level_log_length(parameters, i), i));
  return {};
}

Result<ErrorLedger> check_parameters(const statement::System& system, const Parameters& parameters) {
  TACIT_TRY(check_shape(system, parameters));
  ErrorLedger ledger = error_ledger(system, parameters);
  for (const ErrorTerm& term : ledger.terms)
    if (term.millibits < 1000 * target_bits(parameters.profile))
      return fail(Code::kInsecureParameters, term.name, 0, term.regime);
  return ledger;
}

}  // namespace tacit::verifier
