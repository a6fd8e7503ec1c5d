#include "tacit/verifier/error_terms.h"

#include <algorithm>
#include <bit>

#include "tacit/base/check.h"
#include "tacit/statement/space.h"

namespace tacit::verifier {
namespace {

using Wide = unsigned __int128;
using statement::Source;
using statement::Space;
using statement::System;

constexpr uint64_t kSaturated = uint64_t{1} << 62;

// Bounds where an exact count isn't worth its code: each costs far fewer bits than the profiles leave.
constexpr uint64_t kMaxZeroAssertions = uint64_t{1} << 20;  // linear checks on pads
constexpr uint64_t kMaxFunctionals = uint64_t{1} << 12;     // claims on H before level 1

uint64_t add(uint64_t x, uint64_t y) { return std::min(kSaturated, x + y); }  // x, y ≤ 2^63

int bit_length(Wide x) {
  const auto high = static_cast<uint64_t>(x >> 64);
  return high != 0 ? 64 + std::bit_width(high) : std::bit_width(static_cast<uint64_t>(x));
}

// log₂ by repeated squaring of a mantissa in [1, 2], 62 fractional bits: each squaring brings one bit. With
// all roundings down the result is at most the logarithm; with all up, and one unit for the bits not
// computed, at least.
FixedBits log2_fixed(Wide x, bool upwards) {
  TACIT_CHECK(x != 0);
  const int exponent = bit_length(x) - 1;
  const int excess = exponent - 62;
  Wide mantissa = excess > 0 ? x >> excess : x << -excess;
  if (upwards && excess > 0 && (mantissa << excess) != x) ++mantissa;
  const Wide ceiling = upwards ? (Wide{1} << 62) - 1 : 0;
  FixedBits bits = exponent;
  for (int i = 0; i < kFixedShift; ++i) {
    mantissa = (mantissa * mantissa + ceiling) >> 62;
    const bool one = mantissa >= Wide{1} << 63;
    if (one) mantissa = (mantissa + upwards) >> 1;
    bits = 2 * bits + one;
  }
  return bits + (upwards && mantissa != Wide{1} << 62);
}

FixedBits whole(int64_t bits) { return bits << kFixedShift; }

// (m + ½)/sqrt(rate), the size of the list at Johnson's radius: numerator over 2, times
// 2^(log_inverse_rate/2).
Wide list_numerator(int m) { return static_cast<Wide>(2 * m + 1); }
FixedBits half(int log) { return whole(log) / 2; }

// One ledger in the making.
class Terms {
 public:
  Terms(const System& system, const Parameters& parameters)
      : sizes_(statement_sizes(system)), system_(system), parameters_(parameters) {}

  ErrorLedger all() {
    if (sizes_.table_rows != 0) lookups();
    relations();
    stacks();
    veil();
    pads();
    for (size_t i = 0; i < parameters_.levels.size(); ++i) level(i);
    return std::move(ledger_);
  }

 private:
  static std::string numbered(const char* name, size_t i) { return name + std::to_string(i); }

  void add_bits(std::string name, std::string regime, FixedBits bits, uint8_t grinding) {
    const Wide shifted = static_cast<Wide>(bits + whole(grinding) + whole(1 << 20));  // positive
    const auto millibits = static_cast<int64_t>(shifted * 1000 >> kFixedShift) - 1000 * (int64_t{1} << 20);
    ledger_.terms.push_back({std::move(name), std::move(regime), millibits, grinding});
  }
  // error = 2^numerator/|E|
  void challenge(std::string name, std::string regime, FixedBits numerator, uint8_t grinding) {
    add_bits(std::move(name), std::move(regime), field_bits(parameters_.profile) - numerator, grinding);
  }
  // A non-zero polynomial of this degree (at least 1 is charged).
  void polynomial(std::string name, Wide degree, uint8_t grinding = 0) {
    challenge(std::move(name), "Schwartz-Zippel", log2_above(std::max(degree, Wide{1})), grinding);
  }

  void lookups() {
    polynomial("gamma", static_cast<Wide>(sizes_.table_rows) * sizes_.tuple_width);
    polynomial("alpha", (Wide{1} << sizes_.log_leaves) - 1, parameters_.alpha_grinding);
    polynomial("gkr layers", 1);
    polynomial("gkr rounds", 3);
    polynomial("gkr points", 1);
  }

  void relations() {
    polynomial("output point", sizes_.output_coordinates);
    polynomial("batching of accumulators", sizes_.instances);
    polynomial("contraction rounds", 2);
    polynomial("batching of claims", Wide{2} * sizes_.instances + system_.identities.size() + 1);
    polynomial("claim rounds", 2);
  }

  void stacks() {
    for (size_t i = 0; i < parameters_.stacks.size(); ++i) {
      const Stack& stack = parameters_.stacks[i];
      uint64_t limbs = 0;
      for (uint32_t oracle : stack.oracles) limbs += system_.oracles[oracle].limbs;
      challenge(numbered("fold of stack ", i), "unique decoding", fold_error(limbs, stack.log_domain),
                stack.fold_grinding);
      unique_decoding_queries(numbered("queries of stack ", i), stack.queries, stack.log_rows,
                              stack.stack_log_blinding(), stack.log_domain);
    }
  }

  void veil() {
    // At most two products a layer, one at the root, one for each contraction.
    polynomial("batching of products", Wide{2} * sizes_.log_leaves + sizes_.instances + 4);
    polynomial("product rounds", 2);  // of |E| − 2 challenges
    polynomial("batching of zeros", kMaxZeroAssertions);
  }

  void pads() {
    const Pads& pads = parameters_.pads;
    challenge("fold of pads", "unique decoding", fold_error(1, pads.log_domain), pads.fold_grinding);
    unique_decoding_queries("queries of pads", pads.queries, pads.log_rows, pads.log_blinding, pads.log_domain);
  }

  void unique_decoding_queries(std::string name, uint32_t queries, int log_rows, int log_blinding, int log_domain) {
    const uint64_t coefficients = (uint64_t{1} << log_rows) + (uint64_t{1} << log_blinding);
    add_bits(std::move(name), "unique decoding", queries * unique_decoding_query_bits(coefficients, log_domain),
             parameters_.query_grinding);
  }

  // Constraints on the vector that enters a level: those it comes with, one sample, the opened rows of the
  // level before.
  uint64_t constraints(size_t i) const {
    if (i > 0) return uint64_t{2} + parameters_.levels[i - 1].queries;
    uint64_t count = kMaxFunctionals + 1 + parameters_.pads.queries;
    for (const Stack& stack : parameters_.stacks) count += stack.queries;
    return count;
  }

  // Levels are counted from 1, as in the protocol: level 0 are the stacks and pads.
  void level(size_t i) {
    const Level& level = parameters_.levels[i];
    const int log_inverse_rate = level.log_domain - level.log_rows, m = level.johnson;
    const std::string regime = m == 0 ? "unique decoding" : numbered("Johnson m=", m);
    if (m != 0)
      challenge(numbered("out-of-domain sample of level ", i + 1), regime,
                out_of_domain_error(log_inverse_rate, m, level_log_length(parameters_, i)), 0);
    challenge(numbered("batching of rows for level ", i + 1), regime,
              row_batch_error(constraints(i), log_inverse_rate, m), 0);
    challenge(numbered("rounds of level ", i + 1), regime,
              m == 0 ? unique_decoding_round_error(level.log_domain)
                     : johnson_round_error(log_inverse_rate, level.log_domain, m),
              level.fold_grinding);
    const FixedBits each = m == 0 ? unique_decoding_query_bits(uint64_t{1} << level.log_rows, level.log_domain)
                                  : johnson_query_bits(log_inverse_rate, m);
    add_bits(numbered("queries of level ", i + 1), regime, level.queries * each, parameters_.query_grinding);
  }

  StatementSizes sizes_;
  const System& system_;
  const Parameters& parameters_;
  ErrorLedger ledger_;
};

int coordinates(const Space& space) {
  int sum = 0;
  for (const statement::Axis& axis : space.axes) sum += axis.log_strip + statement::log2_ceil(axis.strips());
  return sum;
}

}  // namespace

FixedBits log2_below(Wide x) { return log2_fixed(x, false); }
FixedBits log2_above(Wide x) { return log2_fixed(x, true); }

// p^d with p = 2^64 − 2^32 + 1: 2^32·log₂ p = 2^38 − 1.4427, so d·2^38 − 2.89 and − 4.33; two elements less
// don't show.
FixedBits field_bits(Profile profile) { return profile == Profile::k100 ? whole(128) - 3 : whole(192) - 5; }

FixedBits unique_decoding_query_bits(uint64_t coefficients, int log_domain) {
  return whole(1 + log_domain) - log2_above((Wide{1} << log_domain) + coefficients);
}

FixedBits johnson_query_bits(int log_inverse_rate, int m) {
  return half(log_inverse_rate) - (log2_above(static_cast<Wide>(m + 1)) - log2_below(static_cast<Wide>(m)));
}

FixedBits fold_error(uint64_t limbs, int log_domain) {
  return whole(log_domain) + log2_above(static_cast<Wide>(statement::log2_ceil(limbs) + 1));
}

FixedBits unique_decoding_round_error(int log_domain) { return log2_above((Wide{1} << log_domain) + 2); }

// With u = 2m + 1 and rate = 2^−k, the proximity term with δ < 1 and the two from the sumcheck are, over |E|,
//   (2(u/2)^5 + 3(u/2)·rate)·n/(3·rate^1.5) + (u/2)/rate^0.5 + 2·(u/2)/rate^0.5
//     = 2^(k/2)/48 · [ (u^5·2^k + 24u)·n + 24u + 48u ]
FixedBits johnson_round_error(int log_inverse_rate, int log_domain, int m) {
  const Wide u = list_numerator(m);
  const Wide proximity = ((u * u * u * u * u << log_inverse_rate) + 24 * u) << log_domain;
  return half(log_inverse_rate) + log2_above(proximity + 72 * u) - log2_below(48);
}

// list²·coordinates/2
FixedBits out_of_domain_error(int log_inverse_rate, int m, int n_coordinates) {
  const Wide u = list_numerator(m);
  return whole(log_inverse_rate - 3) + log2_above(u * u * static_cast<Wide>(n_coordinates));
}

// (constraints − 1)·list
FixedBits row_batch_error(uint64_t n_constraints, int log_inverse_rate, int m) {
  const Wide degree = std::max<uint64_t>(n_constraints, 2) - 1;
  if (m == 0) return log2_above(degree);
  return half(log_inverse_rate) - whole(1) + log2_above(degree * list_numerator(m));
}

StatementSizes statement_sizes(const System& system) {
  StatementSizes sizes;
  for (const statement::Table& table : system.tables) {
    sizes.tuple_width = std::max<uint64_t>(sizes.tuple_width, table.width);
    for (const statement::Segment& segment : table.segments)
      sizes.table_rows = add(sizes.table_rows, uint64_t{1} << std::min<int>(segment.log_rows, 62));
  }
  uint64_t leaves = sizes.table_rows;
  const auto view = [&](const statement::View& view, const Space& labels) {
    for (const statement::Term& term : view.terms)
      if (term.source == Source::kAccumulator)
        sizes.instances = add(sizes.instances, std::min(kSaturated, labels.blocks()));
  };
  const auto relation = [&](const Space& labels) {
    sizes.output_coordinates = std::max(sizes.output_coordinates, coordinates(labels));
  };
  for (const statement::Lookup& lookup : system.lookups) {
    leaves = add(leaves, std::min(kSaturated, lookup.labels.places()));
    for (const statement::View& column : lookup.columns) view(column, lookup.labels);
    relation(lookup.labels);
  }
  for (const statement::Identity& identity : system.identities) {
    view(identity.view, identity.labels);
    relation(identity.labels);
  }
  for (const statement::Contraction& contraction : system.contractions) relation(contraction.labels);
  sizes.log_leaves = statement::log2_ceil(leaves);
  return sizes;
}

ErrorLedger error_ledger(const System& system, const Parameters& parameters) { return Terms(system, parameters).all(); }

}  // namespace tacit::verifier
