#include "tacit/verifier/error_terms.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tacit/verifier/parameters_samples_test.h"

namespace tacit::verifier {
namespace {

using Wide = unsigned __int128;

double bits(FixedBits fixed) { return std::ldexp(static_cast<double>(fixed), -kFixedShift); }

// ⌊2^32·log₂ x⌋ from 600-bit arithmetic.
struct Logarithm {
  uint64_t high, low;
  FixedBits floor;
};
constexpr Logarithm kLogarithms[] = {
    {0x0000000000000000u, 0x0000000000000001u, 0},
    {0x0000000000000000u, 0x0000000000000002u, 4294967296},
    {0x0000000000000000u, 0x0000000000000003u, 6807362105},
    {0x0000000000000000u, 0x0000000000000005u, 9972605231},
    {0x0000000000000000u, 0x0000000000000007u, 12057497578},
    {0x0000000000000000u, 0x000000000000000au, 14267572527},
    {0x0000000000000000u, 0x0000000000000030u, 23987231289},
    {0x0000000000000000u, 0x00000000ffffffffu, 137438953470},
    {0x0000000000000000u, 0x3fffffffffffffffu, 266287972351},
    {0x0000000000000000u, 0x4000000000000001u, 266287972352},
    {0x0000000000000000u, 0x7fffffffffffffffu, 270582939647},
    {0x0000000000000000u, 0xffffffffffffffffu, 274877906943},
    {0x0000000000000001u, 0x0000000000000000u, 274877906944},
    {0x0000000000000001u, 0x0000000000000001u, 274877906944},
    {0x8000000000000000u, 0x0000000000000001u, 545460846592},
    {0xffffffffffffffffu, 0xffffffffffffffffu, 549755813887},
    {0x0000000000000000u, 0x00000000000d2e6bu, 84698571707},
    {0x0000000000000000u, 0x000000a6f2a74de4u, 169149787238},
    {0x0000000000000000u, 0x14d4748a6513270eu, 259332634600},
    {0x0000000000000000u, 0x24a2cbcc0c5c7fd0u, 262831326951},
    {0x0000000000000000u, 0x4497c815d23f0824u, 266717414447},
    {0x0000000000000000u, 0xdd9dc9f81818e811u, 273984212711},
    {0x0000000000000001u, 0x0ed904759531985du, 275227251676},
    {0x0000000000008999u, 0x36f675cc81e74ef5u, 339750471149},
    {0x000000096b0d549bu, 0x6f03675a1600a35au, 426212999873},
    {0x00ecad4a8d116eceu, 0x1738f7d93d9c1724u, 514909778742},
    {0x4fd8be1190c192cfu, 0xd3ac94af0f21ddb6u, 542536660967},
    {0xa09f76b5a170b338u, 0x39263059f28c105du, 546867593672},
};

TEST(Log2, EnclosesTheTrueValue) {
  for (const Logarithm& row : kLogarithms) {
    const Wide x = static_cast<Wide>(row.high) << 64 | row.low;
    const bool exact = (x & (x - 1)) == 0;
    EXPECT_LE(log2_below(x), row.floor);
    EXPECT_GE(log2_below(x), row.floor - 1);
    EXPECT_GE(log2_above(x), row.floor + !exact);
    EXPECT_LE(log2_above(x) - log2_below(x), 2);
    if (exact) {
      EXPECT_EQ(log2_below(x), log2_above(x));
    }
  }
}

TEST(Log2, IsMonotone) {
  for (Wide x = 1; x < 5000; ++x) {
    EXPECT_LE(log2_below(x), log2_below(x + 1));
    EXPECT_LE(log2_above(x), log2_above(x + 1));
    EXPECT_LE(log2_below(x), log2_above(x));
    const long double truth = std::log2(static_cast<long double>(x)) * 0x1p32L;
    EXPECT_LE(static_cast<long double>(log2_below(x)), truth + 1e-6L);
    EXPECT_GE(static_cast<long double>(log2_above(x)), truth - 1e-6L);
  }
}

// ⌊2^32·log₂ p^d⌋ from 600-bit arithmetic, the same for p^d − 2.
TEST(FieldBits, AreRoundedDown) {
  EXPECT_EQ(field_bits(Profile::k100), (FixedBits{128} << 32) - 3);
  EXPECT_EQ(field_bits(Profile::k128), (FixedBits{192} << 32) - 5);
  const Wide p = 0xFFFFFFFF00000001u;
  EXPECT_GE(2 * log2_below(p), field_bits(Profile::k100) - 1);
  EXPECT_LE(field_bits(Profile::k100), 2 * log2_above(p));
  EXPECT_LE(field_bits(Profile::k128), 3 * log2_above(p));
}

TEST(QueryBits, AreLowerBounds) {
  for (int log_domain = 3; log_domain <= 32; ++log_domain) {
    for (int log_rows = 1; log_rows < log_domain; ++log_rows) {
      const uint64_t rows = uint64_t{1} << log_rows;
      for (uint64_t coefficients : {rows, rows - 1, rows / 2 + 1}) {
        const double rate = static_cast<double>(coefficients) / std::ldexp(1.0, log_domain);
        const double truth = -std::log2((1 + rate) / 2),
                     bound = bits(unique_decoding_query_bits(coefficients, log_domain));
        EXPECT_LE(bound, truth + 1e-14);
        EXPECT_GE(bound, truth - 1e-9);
      }
    }
  }
  for (int k = 1; k <= 31; ++k) {
    for (int m = 3; m <= 255; ++m) {
      const double truth = -std::log2(std::sqrt(std::ldexp(1.0, -k)) * (1 + 1.0 / m)),
                   bound = bits(johnson_query_bits(k, m));
      EXPECT_GT(bound, 0);
      EXPECT_LE(bound, truth + 1e-14);
      EXPECT_GE(bound, truth - 2e-9);
      EXPECT_GT(johnson_query_bits(k, m + 1), johnson_query_bits(k, m));
      EXPECT_GT(johnson_query_bits(k + 1, m), johnson_query_bits(k, m));
    }
  }
}

// The formulas of docs/soundness.md in floating point; the bound may exceed them by rounding and by δ ≤ 1.
TEST(JohnsonErrors, AreUpperBounds) {
  for (int k = 1; k <= 31; ++k) {
    for (int log_domain = k + 1; log_domain <= 32; ++log_domain) {
      for (int m : {3, 4, 8, 24, 100, 255}) {
        const double rate = std::ldexp(1.0, -k), n = std::ldexp(1.0, log_domain), half = m + 0.5;
        const double delta = 1 - std::sqrt(rate) * (1 + 1.0 / m), list = half / std::sqrt(rate);
        const double round =
            (2 * std::pow(half, 5) + 3 * half * delta * rate) * n / (3 * std::pow(rate, 1.5)) + 3 * list;
        EXPECT_GE(bits(johnson_round_error(k, log_domain, m)), std::log2(round) - 1e-12);
        EXPECT_LE(bits(johnson_round_error(k, log_domain, m)), std::log2(round) + 0.02);
        EXPECT_NEAR(bits(out_of_domain_error(k, m, 20)), std::log2(list * list * 20 / 2), 1e-8);
        EXPECT_GE(bits(out_of_domain_error(k, m, 20)), std::log2(list * list * 20 / 2) - 1e-12);
        EXPECT_NEAR(bits(row_batch_error(301, k, m)), std::log2(300 * list), 1e-8);
        EXPECT_GE(bits(row_batch_error(301, k, m)), std::log2(300 * list) - 1e-12);
      }
    }
  }
}

TEST(UniqueDecodingErrors, AreThoseOfTheFormulas) {
  EXPECT_EQ(fold_error(1, 12), FixedBits{12} << 32);
  EXPECT_EQ(fold_error(2, 12), FixedBits{13} << 32);
  EXPECT_EQ(fold_error(5, 20), fold_error(8, 20));
  EXPECT_EQ(fold_error(8, 20), FixedBits{22} << 32);
  EXPECT_LT(fold_error(8, 20), fold_error(9, 20));
  EXPECT_NEAR(bits(unique_decoding_round_error(10)), std::log2(1026.0), 1e-9);
  EXPECT_EQ(row_batch_error(2, 3, 0), 0);
  EXPECT_EQ(row_batch_error(129, 3, 0), FixedBits{7} << 32);
}

TEST(StatementSizes, CountWhatTheTermsNeed) {
  statement::Builder builder;
  const auto weights = builder.oracle(statement::OracleKind::kWeights);
  const auto cells = builder.oracle(statement::OracleKind::kActivations);
  const statement::Space matrix{{statement::whole_axis(4), statement::whole_axis(8)}};
  const auto w = builder.tensor(weights, matrix, {-1, 1});
  const auto x = builder.tensor(cells, {{statement::whole_axis(8)}}, {0, 15});
  statement::Contraction product;
  product.labels = matrix;
  product.roles = {statement::Role::kLeft, statement::Role::kInner};
  product.a = builder.cell(w);
  product.c = statement::scaled(statement::Source::kTensor, x, 1, {statement::axis(1)});
  const auto out = builder.contraction(product);
  const auto table = builder.range_table(cells, 0, 4);
  const auto pairs = builder.saturation_table(cells, {0, 15}, 2);
  const auto accumulator = statement::direct(statement::Source::kAccumulator, out, 1);
  builder.lookup({{statement::whole_axis(8)}}, table, {builder.cell(x)});
  builder.lookup({{statement::Axis{4, 0}}}, pairs, {accumulator, statement::View{}});
  builder.identity({{statement::whole_axis(4)}}, accumulator);
  const statement::System system = builder.take();

  uint64_t rows = 0;
  for (const statement::Table& each : system.tables)
    for (const statement::Segment& segment : each.segments) rows += uint64_t{1} << segment.log_rows;
  const StatementSizes sizes = statement_sizes(system);
  EXPECT_EQ(sizes.table_rows, rows);
  EXPECT_EQ(sizes.tuple_width, 2u);
  EXPECT_EQ(sizes.log_leaves, statement::log2_ceil(8 + 4 + rows));
  EXPECT_EQ(sizes.output_coordinates, 5);
  EXPECT_EQ(sizes.instances, 4u + 1u);  // four strips of one lookup, one of the identity
}

using Golden = std::vector<std::pair<const char*, int64_t>>;

void expect_ledger(const ErrorLedger& ledger, const Golden& golden) {
  ASSERT_EQ(ledger.terms.size(), golden.size());
  for (size_t i = 0; i < golden.size(); ++i) {
    EXPECT_EQ(ledger.terms[i].name, golden[i].first);
    EXPECT_EQ(ledger.terms[i].millibits, golden[i].second) << golden[i].first;
  }
}

TEST(Ledger, OfASmallSystem) {
  const Golden golden = {
      {"gamma", 110999},
      {"alpha", 109000},
      {"gkr layers", 127999},
      {"gkr rounds", 126415},
      {"gkr points", 127999},
      {"output point", 123752},
      {"batching of accumulators", 127999},
      {"contraction rounds", 126999},
      {"batching of claims", 127999},
      {"claim rounds", 126999},
      {"fold of stack 0", 109415},
      {"queries of stack 0", 100490},
      {"batching of products", 122607},
      {"product rounds", 126999},
      {"batching of zeros", 107999},
      {"fold of pads", 115999},
      {"queries of pads", 100290},
      {"out-of-domain sample of level 1", 113863},
      {"batching of rows for level 1", 110282},
      {"rounds of level 1", 100511},
      {"queries of level 1", 100581},
      {"batching of rows for level 2", 121460},
      {"rounds of level 2", 117997},
      {"queries of level 2", 100115},
  };
  const ErrorLedger ledger = error_ledger(small_system(), small_parameters());
  expect_ledger(ledger, golden);
  EXPECT_EQ(ledger.weakest_millibits(), 100115);
}

TEST(Ledger, OfALargeSystem) {
  const Golden golden = {
      {"gamma", 107999},
      {"alpha", 100000},
      {"gkr layers", 127999},
      {"gkr rounds", 126415},
      {"gkr points", 127999},
      {"output point", 123093},
      {"batching of accumulators", 127999},
      {"contraction rounds", 126999},
      {"batching of claims", 127999},
      {"claim rounds", 126999},
      {"fold of stack 0", 100415},
      {"queries of stack 0", 100828},
      {"fold of stack 1", 100415},
      {"queries of stack 1", 100012},
      {"batching of products", 121999},
      {"product rounds", 126999},
      {"batching of zeros", 107999},
      {"fold of pads", 100999},
      {"queries of pads", 100999},
      {"batching of rows for level 1", 115891},
      {"rounds of level 1", 105999},
      {"queries of level 1", 100012},
      {"batching of rows for level 2", 121105},
      {"rounds of level 2", 110999},
      {"queries of level 2", 100517},
  };
  expect_ledger(error_ledger(large_system(), large_parameters()), golden);
}

// In the cubic field every challenge has 64 bits more, less what p lacks of 2^64; queries don't change.
TEST(Ledger, GainsAFieldElementInTheCubicField) {
  Parameters parameters = small_parameters();
  const ErrorLedger quadratic = error_ledger(small_system(), parameters);
  parameters.profile = Profile::k128;
  const ErrorLedger cubic = error_ledger(small_system(), parameters);
  ASSERT_EQ(quadratic.terms.size(), cubic.terms.size());
  for (size_t i = 0; i < cubic.terms.size(); ++i) {
    const bool queries = cubic.terms[i].name.starts_with("queries");
    EXPECT_NEAR(cubic.terms[i].millibits - quadratic.terms[i].millibits, queries ? 0 : 64'000, 1);
  }
}

// The ledger may list a term only if its weakening shows: every number of the parameters moves some term.
TEST(Ledger, MovesWithEveryParameter) {
  const Parameters parameters = small_parameters();
  const ErrorLedger ledger = error_ledger(small_system(), parameters);
  const auto worse = [&](auto mutate, const char* name) {
    Parameters weaker = parameters;
    mutate(weaker);
    const ErrorLedger changed = error_ledger(small_system(), weaker);
    ASSERT_EQ(changed.terms.size(), ledger.terms.size());
    for (size_t i = 0; i < ledger.terms.size(); ++i)
      if (ledger.terms[i].name == name) {
        EXPECT_LT(changed.terms[i].millibits, ledger.terms[i].millibits) << name;
      }
  };
  worse([](Parameters& p) { p.stacks[0].log_domain += 1; }, "fold of stack 0");
  worse([](Parameters& p) { p.stacks[0].log_rows += 1; }, "queries of stack 0");
  worse([](Parameters& p) { p.stacks[0].log_blinding[0] += 1; }, "queries of stack 0");
  worse([](Parameters& p) { p.pads.log_domain += 1; }, "fold of pads");
  worse([](Parameters& p) { p.pads.log_rows += 1; }, "queries of pads");
  worse([](Parameters& p) { p.levels[0].johnson += 1; }, "rounds of level 1");
  worse([](Parameters& p) { p.levels[0].johnson += 1; }, "out-of-domain sample of level 1");
  worse([](Parameters& p) { p.levels[0].johnson += 1; }, "batching of rows for level 1");
  worse([](Parameters& p) { p.levels[0].johnson -= 1; }, "queries of level 1");
  worse([](Parameters& p) { p.levels[0].log_domain -= 1; }, "queries of level 1");
  worse([](Parameters& p) { p.levels[0].queries += 1; }, "batching of rows for level 2");
  worse([](Parameters& p) { p.levels[1].log_domain += 1; }, "rounds of level 2");
  for (const char* name : {"queries of stack 0", "queries of pads", "queries of level 1", "queries of level 2"})
    worse([](Parameters& p) { p.query_grinding -= 1; }, name);
}

}  // namespace
}  // namespace tacit::verifier
