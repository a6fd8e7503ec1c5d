#include "tacit/prover/planner.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "tacit/statement/instance.h"
#include "tacit/verifier/error_terms.h"

namespace tacit::prover {
namespace {

using statement::log2_ceil;
using statement::OracleKind;
using statement::System;
using verifier::FixedBits;
using verifier::Level;
using verifier::Pads;
using verifier::Parameters;
using verifier::Stack;

// The bounds of the search.
constexpr size_t kMaxOracles = 6;
constexpr int kMaxLogLimbs = 10;  // of the largest oracle of a stack
constexpr int kMinLogRows = 3;
constexpr int kMaxLogRows = 28;
constexpr int kSpareDomains = 5;          // sizes of domains tried above the smallest
constexpr uint64_t kMaxEpochRatio = 128;  // of the longest epoch tried to the shortest allowed
constexpr int kMinRounds = 2, kMaxRounds = 8;
constexpr int kMaxLogInverseRate = 8;
constexpr std::array kJohnson = {0, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48};
// The price of a byte follows from a plan's own time and bytes: a first guess, and so many corrections.
constexpr double kFirstPrice = 30;  // nanoseconds
constexpr int kCorrections = 3;
constexpr double kSamePrice = 0.1;  // a correction by less than this share changes little

FixedBits whole(int bits) { return FixedBits{bits} << verifier::kFixedShift; }

// Some stacks and what they cost, their part of H aside.
struct Choice {
  std::vector<Stack> stacks;
  double score = 0;
  uint64_t h_rows = 0;
  uint64_t scalars = 0;
};

// Keeps the choices that no other beats in both score and rows of H, by growing rows.
void keep_front(std::vector<Choice>& choices) {
  std::sort(choices.begin(), choices.end(), [](const Choice& x, const Choice& y) {
    return x.h_rows != y.h_rows ? x.h_rows < y.h_rows : x.score < y.score;
  });
  double best = INFINITY;
  std::erase_if(choices, [&](const Choice& choice) {
    const bool beaten = choice.score >= best;
    best = std::min(best, choice.score);
    return beaten;
  });
}

// The best levels for a vector, the clear last one included.
struct Recursion {
  std::vector<Level> levels;
  double score = 0;
};

// The search for the least  nanoseconds + price·bytes  with one number of bits of query grinding.
class Search {
 public:
  Search(const System& system, const PlanOptions& options, double price, uint8_t query_grinding)
      : options_(options), price_(price), oracles_(system.oracles.size()) {
    scratch_.oracles = system.oracles;
    for (size_t o = 0; o < oracles_; ++o)
      places_.push_back(std::max<uint64_t>(1, statement::places_used(system, static_cast<uint32_t>(o))));
    parameters_.profile = options.profile;
    parameters_.query_grinding = query_grinding;
    fixed_score_ = score({grinding_nanoseconds(query_grinding, options.costs), 0});
  }

  // The best parameters, alpha_grinding aside, and their score.
  std::optional<std::pair<Parameters, double>> run() {
    std::optional<std::pair<Parameters, double>> best;
    for (const Choice& choice : groupings()) {
      for (const Pads& pads : pads_choices(choice.scalars)) {
        const uint64_t length = choice.h_rows + (uint64_t{1} << pads.log_rows) + (uint64_t{1} << pads.log_blinding);
        parameters_.pads = pads;
        const Recursion& rest = recursion(length);
        const double total = fixed_score_ + choice.score + score(pads_cost(parameters_, options_.costs)) + rest.score;
        if (best && best->second <= total) continue;
        best.emplace(parameters_, total);
        best->first.stacks = choice.stacks;
        best->first.levels = rest.levels;
      }
    }
    return best;
  }

 private:
  double score(const Cost& cost) const { return cost.nanoseconds / speed_up(options_.costs) + price_ * cost.bytes; }

  // The fewest rows whose error is small enough, given the bits that each adds.
  uint32_t queries(FixedBits each) const {
    const FixedBits needed = whole(verifier::target_bits(options_.profile) - parameters_.query_grinding);
    return static_cast<uint32_t>((needed + each - 1) / each);
  }
  uint32_t unique_decoding_queries(uint64_t coefficients, int log_domain) const {
    return queries(verifier::unique_decoding_query_bits(coefficients, log_domain));
  }

  // The work that brings an error of 2^numerator/|E| to the target.
  std::optional<uint8_t> grinding(FixedBits numerator) const {
    const FixedBits missing =
        whole(verifier::target_bits(options_.profile)) - (verifier::field_bits(options_.profile) - numerator);
    if (missing <= 0) return 0;
    const FixedBits bits = (missing + whole(1) - 1) >> verifier::kFixedShift;
    if (bits > options_.max_grinding) return std::nullopt;
    return static_cast<uint8_t>(bits);
  }

  const CommittedOracle* committed(size_t oracle) const {
    for (const CommittedOracle& item : options_.committed)
      if (item.oracle == oracle) return &item;
    return nullptr;
  }

  // ---- stacks

  // The front over all partitions of the oracles: that of a set is made of the stack that holds its lowest oracle and
  // the front of the others.
  std::vector<Choice> groupings() {
    const size_t all = (size_t{1} << oracles_) - 1;
    std::vector<std::vector<Choice>> single(all + 1), front(all + 1);
    front[0].emplace_back();
    for (size_t set = 1; set <= all; ++set) {
      single[set] = stack_choices(set);
      const size_t lowest = set & -set;
      for (size_t part = set; part != 0; part = (part - 1) & set) {
        if ((part & lowest) == 0) continue;
        for (const Choice& first : single[part])
          for (const Choice& rest : front[set ^ part]) {
            Choice& both = front[set].emplace_back(first);
            both.stacks.insert(both.stacks.end(), rest.stacks.begin(), rest.stacks.end());
            both.score += rest.score;
            both.h_rows += rest.h_rows;
            both.scalars += rest.scalars;
          }
      }
      keep_front(front[set]);
    }
    return std::move(front[all]);
  }

  // What one stack of these oracles may look like: every M, n, and R of its weights and data.
  std::vector<Choice> stack_choices(size_t set) {
    std::vector<uint32_t> members;
    uint64_t places = 1;
    const CommittedOracle* given = nullptr;
    bool persistent = false;
    for (uint32_t o = 0; o < oracles_; ++o) {
      if ((set >> o & 1) == 0) continue;
      members.push_back(o);
      places = std::max(places, places_[o]);
      persistent |= scratch_.oracles[o].kind != OracleKind::kActivations;
      if (committed(o) != nullptr) given = committed(o);
    }
    const int log_places = log2_ceil(places);
    int low = std::clamp(log_places - kMaxLogLimbs, kMinLogRows, kMaxLogRows);
    int high = std::clamp(log_places, low, kMaxLogRows);
    if (given != nullptr) low = high = given->log_rows;
    std::vector<Choice> choices;
    for (int log_rows = low; log_rows <= high; ++log_rows) {
      for (uint32_t o : members) {
        scratch_.oracles[o].log_rows = static_cast<uint8_t>(log_rows);
        scratch_.oracles[o].limbs = static_cast<uint32_t>(((places_[o] - 1) >> log_rows) + 1);
      }
      for (int log_blinding = 5; log_blinding <= kMaxLogRows; ++log_blinding) {
        if (given != nullptr && given->log_blinding != log_blinding) continue;
        const int fits = log2_ceil((uint64_t{1} << log_rows) + (uint64_t{1} << log_blinding)) + 1;
        for (int log_domain = fits; log_domain <= fits + kSpareDomains; ++log_domain) {
          Stack stack{.oracles = members,
                      .log_rows = static_cast<uint8_t>(log_rows),
                      .log_domain = static_cast<uint8_t>(log_domain)};
          if (complete(stack, static_cast<uint8_t>(log_blinding), persistent)) choices.push_back(priced(stack));
        }
      }
    }
    keep_front(choices);
    return choices;
  }

  // Fills in what follows from M, n and R of the stack; false if they don't do.
  bool complete(Stack& stack, uint8_t log_blinding, bool persistent) const {
    if (stack.log_domain > verifier::kMaxLogDomain) return false;
    uint64_t limbs = 0;
    for (uint32_t o : stack.oracles) limbs += scratch_.oracles[o].limbs;
    const std::optional<uint8_t> work = grinding(verifier::fold_error(limbs, stack.log_domain));
    if (!work) return false;
    stack.fold_grinding = *work;
    const uint64_t coefficients = (uint64_t{1} << stack.log_rows) + (uint64_t{1} << log_blinding);
    stack.queries = unique_decoding_queries(coefficients, stack.log_domain);
    const auto per_proof = static_cast<uint8_t>(log2_ceil(uint64_t{stack.queries} + 1));
    if (per_proof > log_blinding || (!persistent && per_proof != log_blinding)) return false;
    for (size_t i = 0; i < stack.oracles.size(); ++i) {
      const uint32_t oracle = stack.oracles[i];
      const bool own = scratch_.oracles[oracle].kind == OracleKind::kActivations;
      stack.log_blinding.push_back(own ? per_proof : log_blinding);
      if (own) continue;
      const CommittedOracle* given = committed(oracle);
      const uint64_t proofs = stack.epoch_proofs(i);
      if (given == nullptr &&
          (proofs < std::max<uint64_t>(1, options_.min_proofs) || proofs / kMaxEpochRatio > options_.min_proofs))
        return false;
      if (given != nullptr && (given->log_rows != stack.log_rows || given->log_blinding != log_blinding ||
                               given->log_domain != stack.log_domain || given->max_queries < stack.queries))
        return false;
    }
    return true;
  }

  Choice priced(const Stack& stack) {
    parameters_.stacks = {stack};
    Choice choice{.stacks = {stack}};
    choice.score = score(stack_cost(scratch_, parameters_, 0, options_.costs));
    choice.h_rows = (uint64_t{1} << stack.log_rows) + (uint64_t{1} << stack.stack_log_blinding());
    uint64_t limbs = 0;
    for (uint32_t o : stack.oracles) limbs += scratch_.oracles[o].limbs;
    choice.scalars = functional_scalars(limbs, options_.costs);
    return choice;
  }

  // ---- pads

  std::vector<Pads> pads_choices(uint64_t functional_scalars) const {
    std::vector<Pads> choices;
    Pads pads;
    pads.log_rows = static_cast<uint8_t>(log2_ceil(options_.costs.pads + functional_scalars));
    for (int spare = 0; spare <= kSpareDomains; ++spare) {
      for (pads.log_blinding = 5; pads.log_blinding <= 12; ++pads.log_blinding) {
        const uint64_t coefficients = (uint64_t{1} << pads.log_rows) + (uint64_t{1} << pads.log_blinding);
        pads.log_domain = static_cast<uint8_t>(log2_ceil(coefficients) + 1 + spare);
        if (pads.log_domain > verifier::kMaxLogDomain) break;
        pads.queries = unique_decoding_queries(coefficients, pads.log_domain);
        if (uint64_t{pads.queries} + 1 > uint64_t{1} << pads.log_blinding) continue;
        const std::optional<uint8_t> work = grinding(verifier::fold_error(1, pads.log_domain));
        if (!work) break;
        pads.fold_grinding = *work;
        choices.push_back(pads);
        break;
      }
    }
    return choices;
  }

  // ---- recursion

  const Recursion& recursion(uint64_t length) {
    const auto known = recursions_.find(length);
    if (known != recursions_.end()) return known->second;
    Recursion best{.levels = {}, .score = score(clear_cost(options_.profile, length))};
    const int log_length = log2_ceil(length);
    for (int rounds = kMinRounds; rounds <= kMaxRounds && log_length - rounds >= kMinLogRows; ++rounds) {
      const int log_rows = log_length - rounds;
      const Recursion& rest = recursion(uint64_t{1} << log_rows);
      if (rest.levels.size() + 1 > verifier::kMaxLevels) continue;
      for (const Level& level : level_choices(log_rows)) {
        const Cost cost = level_cost(options_.profile, length, level, parameters_.query_grinding, options_.costs);
        const double total = score(cost) + rest.score;
        if (total >= best.score) continue;
        best.score = total;
        best.levels = {level};
        best.levels.insert(best.levels.end(), rest.levels.begin(), rest.levels.end());
      }
    }
    return recursions_.emplace(length, std::move(best)).first->second;
  }

  // Every rate, and for each rate the radii of which none has both fewer queries and less work.
  const std::vector<Level>& level_choices(int log_rows) {
    std::vector<Level>& choices = levels_[static_cast<size_t>(log_rows)];
    if (!choices.empty()) return choices;
    for (int k = 1; k <= kMaxLogInverseRate && log_rows + k <= verifier::kMaxLogDomain; ++k) {
      std::vector<Level> radii;
      for (const int m : kJohnson) {
        Level level{.log_rows = static_cast<uint8_t>(log_rows),
                    .log_domain = static_cast<uint8_t>(log_rows + k),
                    .johnson = static_cast<uint8_t>(m)};
        const uint64_t rows = uint64_t{1} << log_rows;
        level.queries =
            m == 0 ? unique_decoding_queries(rows, level.log_domain) : queries(verifier::johnson_query_bits(k, m));
        const std::optional<uint8_t> work = grinding(m == 0 ? verifier::unique_decoding_round_error(level.log_domain)
                                                            : verifier::johnson_round_error(k, level.log_domain, m));
        if (!work || level.queries > uint64_t{1} << level.log_domain) continue;
        level.fold_grinding = *work;
        radii.push_back(level);
      }
      for (const Level& level : radii) {
        const bool beaten = std::any_of(radii.begin(), radii.end(), [&](const Level& other) {
          return other.queries <= level.queries && other.fold_grinding <= level.fold_grinding &&
                 (other.queries < level.queries || other.fold_grinding < level.fold_grinding ||
                  other.johnson < level.johnson);
        });
        if (!beaten) choices.push_back(level);
      }
    }
    return choices;
  }

  const PlanOptions& options_;
  double price_;
  size_t oracles_;
  System scratch_;  // oracles alone, shaped as the stack at hand wants them
  std::vector<uint64_t> places_;
  Parameters parameters_;  // the part at hand
  double fixed_score_ = 0;
  std::map<uint64_t, Recursion> recursions_;
  std::array<std::vector<Level>, 64> levels_;
};

uint8_t alpha_grinding(const System& system, const PlanOptions& options) {
  const verifier::StatementSizes sizes = verifier::statement_sizes(system);
  if (sizes.table_rows == 0) return 0;
  const FixedBits missing =
      whole(verifier::target_bits(options.profile) + sizes.log_leaves) - verifier::field_bits(options.profile);
  return static_cast<uint8_t>(std::max<FixedBits>(0, (missing + whole(1) - 1) >> verifier::kFixedShift));
}

Result<Plan> plan_at(const System& system, const PlanOptions& options, double price) {
  std::optional<std::pair<Parameters, double>> best;
  for (const uint8_t bits : options.query_grinding) {
    auto found = Search(system, options, price, bits).run();
    if (found && (!best || found->second < best->second)) best = std::move(found);
  }
  if (!best) return fail(Code::kUnsupported, "planner", 0, "no parameters fit within the limits");
  Plan plan;
  plan.parameters = std::move(best->first);
  plan.parameters.alpha_grinding = alpha_grinding(system, options);
  plan.log_rows.resize(system.oracles.size());
  for (const Stack& stack : plan.parameters.stacks)
    for (const uint32_t oracle : stack.oracles) plan.log_rows[oracle] = stack.log_rows;
  System placed = system;
  statement::place(placed, plan.log_rows);
  TACIT_TRY(verifier::check_parameters(placed, plan.parameters));
  plan.prediction = predict(placed, plan.parameters, options.costs);
  return plan;
}

double weight(const Plan& plan, const PlanOptions& options) {
  return std::log(plan.prediction.seconds) + options.byte_weight * std::log(plan.prediction.bytes);
}

}  // namespace

Result<Plan> plan(const System& system, const PlanOptions& options) {
  if (system.oracles.empty() || system.oracles.size() > kMaxOracles)
    return fail(Code::kUnsupported, "planner", system.oracles.size(), "a system has 1 to 6 oracles");
  for (size_t i = 0; i < options.committed.size(); ++i) {
    const statement::OracleId oracle = options.committed[i].oracle;
    if (oracle >= system.oracles.size() || system.oracles[oracle].kind == OracleKind::kActivations)
      return fail(Code::kBadParameters, "planner", i, "only weights and data are committed beforehand");
  }
  double price = kFirstPrice;
  std::optional<Plan> best;
  for (int i = 0; i <= kCorrections; ++i) {
    TACIT_ASSIGN(Plan plan, plan_at(system, options, price));
    const double own_price = options.byte_weight * 1e9 * plan.prediction.seconds / plan.prediction.bytes;
    if (!best || weight(plan, options) < weight(*best, options)) best = std::move(plan);
    if (std::abs(own_price / price - 1) < kSamePrice) break;
    price = own_price;
  }
  return std::move(*best);
}

}  // namespace tacit::prover
