#include "tacit/prover/planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include "tacit/merkle/multiproof.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/instance.h"

namespace tacit::prover {
namespace {

using statement::OracleKind;
using statement::System;
using verifier::Parameters;
using verifier::Profile;

// Oracles of these kinds and sizes and, unless table_bits is 0, lookups into a range table whose multiplicities come on
// top of the last oracle.
System make_system(const std::vector<std::pair<OracleKind, uint32_t>>& oracles, uint8_t table_bits = 0,
                   uint32_t lookups = 0) {
  statement::Builder builder;
  statement::OracleId last = 0;
  for (const auto& [kind, cells] : oracles) {
    last = builder.oracle(kind);
    builder.tensor(last, {{statement::strip_axis(cells)}}, {0, 255});
  }
  if (table_bits != 0) {
    const auto table = builder.range_table(last, 0, table_bits);
    builder.lookup({{statement::strip_axis(lookups)}}, table, {statement::View{}});
  }
  return builder.take();
}
System make_system(uint32_t weights, uint32_t cells, uint8_t table_bits = 0, uint32_t lookups = 0) {
  return make_system({{OracleKind::kWeights, weights}, {OracleKind::kActivations, cells}}, table_bits, lookups);
}
System small_network() { return make_system(62'000, 100'000, 17, 300'000); }

System placed(System system, const Plan& plan) {
  statement::place(system, plan.log_rows);
  return system;
}

TEST(ExpectedSiblings, IsTheMeanOfRealOpenings) {
  std::mt19937_64 random(1);
  for (const auto& [t, log_n] : {std::pair(1u, 5u), std::pair(20u, 6u), std::pair(100u, 14u)}) {
    double sum = 0;
    constexpr int kRuns = 400;
    for (int run = 0; run < kRuns; ++run) {
      std::set<uint64_t> positions;
      while (positions.size() < t) positions.insert(random() % (uint64_t{1} << log_n));
      const std::vector<uint64_t> sorted(positions.begin(), positions.end());
      sum += static_cast<double>(*merkle::sibling_count(log_n, sorted));
    }
    EXPECT_NEAR(sum / kRuns, expected_siblings(t, static_cast<int>(log_n)), 0.02 * sum / kRuns + 1.5);
  }
}

TEST(Planner, FindsSecureParametersForEverySize) {
  for (const Profile profile : {Profile::k100, Profile::k128}) {
    for (const uint32_t weights : {1u, 1u << 10, 62'000u, 1u << 22, 1u << 27}) {
      for (const uint32_t cells : {1u, 1u << 14, 150'000u, 1u << 24}) {
        const System system = make_system(weights, cells);
        PlanOptions options;
        options.profile = profile;
        const auto found = plan(system, options);
        ASSERT_TRUE(found) << weights << " " << cells << ": " << found.error().message();
        const auto ledger = verifier::check_parameters(placed(system, *found), found->parameters);
        ASSERT_TRUE(ledger) << ledger.error().message();
        EXPECT_LT(ledger->weakest_millibits(), 1000 * verifier::target_bits(profile) + 500);
        for (const verifier::Stack& stack : found->parameters.stacks)
          for (size_t i = 0; i < stack.oracles.size(); ++i)
            EXPECT_TRUE(stack.oracles[i] != 0 || stack.epoch_proofs(i) >= options.min_proofs);
      }
    }
  }
}

TEST(Planner, TakesAnyMixOfOracles) {
  const auto w = OracleKind::kWeights, d = OracleKind::kData, a = OracleKind::kActivations;
  for (const auto& oracles : {std::vector<std::pair<OracleKind, uint32_t>>{{a, 5000}},
                              {{w, 5000}},
                              {{w, 1 << 20}, {d, 1 << 12}, {a, 1 << 16}},
                              {{w, 1 << 16}, {d, 1 << 16}, {d, 1 << 20}, {a, 1 << 16}, {a, 100}}}) {
    const System system = make_system(oracles);
    const auto found = plan(system, {});
    ASSERT_TRUE(found) << found.error().message();
    EXPECT_TRUE(verifier::check_parameters(placed(system, *found), found->parameters));
  }
}

// One query or one bit of work less anywhere is refused.
TEST(Planner, LeavesNothingToSpare) {
  const System system = small_network();
  const auto found = plan(system, {});
  ASSERT_TRUE(found);
  std::vector<Parameters> weaker;
  const auto less = [&](auto number) {
    Parameters parameters = found->parameters;
    if (number(parameters) == 0) return;
    number(parameters) -= 1;
    weaker.push_back(parameters);
  };
  for (size_t i = 0; i < found->parameters.stacks.size(); ++i) {
    less([i](Parameters & p) -> auto& { return p.stacks[i].queries; });
    less([i](Parameters & p) -> auto& { return p.stacks[i].fold_grinding; });
  }
  for (size_t i = 0; i < found->parameters.levels.size(); ++i) {
    less([i](Parameters & p) -> auto& { return p.levels[i].queries; });
    less([i](Parameters & p) -> auto& { return p.levels[i].fold_grinding; });
  }
  less([](Parameters & p) -> auto& { return p.pads.queries; });
  less([](Parameters & p) -> auto& { return p.alpha_grinding; });
  EXPECT_GE(weaker.size(), 4u);
  for (const Parameters& parameters : weaker) {
    const auto checked = verifier::check_parameters(placed(system, *found), parameters);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, Code::kInsecureParameters);
  }
}

TEST(Planner, MakesRoomForThePads) {
  const System system = small_network();
  PlanOptions options;
  for (const uint64_t pads : {uint64_t{1}, uint64_t{1000}, uint64_t{100'000}}) {
    options.costs.pads = pads;
    const auto found = plan(system, options);
    ASSERT_TRUE(found);
    uint64_t needed = pads;
    const System shaped = placed(system, *found);
    for (const verifier::Stack& stack : found->parameters.stacks) {
      uint64_t limbs = 0;
      for (const uint32_t oracle : stack.oracles) limbs += shaped.oracles[oracle].limbs;
      needed += functional_scalars(limbs, options.costs);
    }
    EXPECT_GE(uint64_t{1} << found->parameters.pads.log_rows, needed);
  }
}

TEST(Planner, KeepsTheCommitmentOfAnEpoch) {
  const auto first = plan(small_network(), {});
  ASSERT_TRUE(first);
  const auto stack_of_weights = [](const Parameters& parameters) {
    return *std::find_if(parameters.stacks.begin(), parameters.stacks.end(),
                         [](const verifier::Stack& stack) { return stack.oracles[0] == 0; });
  };
  const verifier::Stack stack = stack_of_weights(first->parameters);
  PlanOptions options;
  options.committed = {{.oracle = 0,
                        .log_rows = stack.log_rows,
                        .log_blinding = stack.log_blinding[0],
                        .log_domain = stack.log_domain,
                        .max_queries = stack.queries}};
  for (const uint32_t cells : {1u << 10, 1u << 20, 1u << 24}) {
    const auto batch = plan(make_system(62'000, cells, 17, 300'000), options);
    ASSERT_TRUE(batch) << batch.error().message();
    const verifier::Stack again = stack_of_weights(batch->parameters);
    EXPECT_EQ(again.log_rows, stack.log_rows);
    EXPECT_EQ(again.log_blinding[0], stack.log_blinding[0]);
    EXPECT_EQ(again.log_domain, stack.log_domain);
    EXPECT_LE(again.queries, stack.queries);
  }
  options.committed[0].max_queries = 10;
  EXPECT_EQ(plan(small_network(), options).error().code, Code::kUnsupported);
  options.committed[0].oracle = 1;
  EXPECT_EQ(plan(small_network(), options).error().code, Code::kBadParameters);
}

TEST(Planner, RefusesWhatItCannotSearch) {
  EXPECT_EQ(plan(System{}, {}).error().code, Code::kUnsupported);
  const System many = make_system(std::vector(7, std::pair(OracleKind::kActivations, 100u)));
  EXPECT_EQ(plan(many, {}).error().code, Code::kUnsupported);
}

// The budget of a small convolutional network on two cores, and more bytes for less time the other way round.
TEST(Planner, TradesBytesForTime) {
  const System system = small_network();
  PlanOptions options;
  options.costs.pads = 900;
  const auto usual = plan(system, options);
  ASSERT_TRUE(usual);
  EXPECT_LT(usual->prediction.seconds, 0.015);
  EXPECT_LT(usual->prediction.bytes, 300 * 1024);
  options.byte_weight = 0.1;
  const auto fast = plan(system, options);
  options.byte_weight = 4;
  const auto short_one = plan(system, options);
  ASSERT_TRUE(fast && short_one);
  EXPECT_LT(fast->prediction.seconds, short_one->prediction.seconds);
  EXPECT_GT(fast->prediction.bytes, short_one->prediction.bytes);
}

TEST(Planner, IsAFunctionOfItsInput) {
  const auto first = plan(small_network(), {}), second = plan(small_network(), {});
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->parameters, second->parameters);
  EXPECT_EQ(first->log_rows, second->log_rows);
}

// ---- the worked numbers of docs/soundness.md

std::string code(int log) { return "2^" + std::to_string(log); }

std::string described(const System& system, const Parameters& parameters) {
  std::ostringstream out;
  out << "| word | columns | rows | blinding | points | queries | radius |\n|---|---|---|---|---|---|---|\n";
  for (size_t i = 0; i < parameters.stacks.size(); ++i) {
    const verifier::Stack& stack = parameters.stacks[i];
    for (size_t j = 0; j < stack.oracles.size(); ++j)
      out << "| stack " << i << ", " << (stack.oracles[j] == 0 ? "weights" : "activations") << " | "
          << system.oracles[stack.oracles[j]].limbs << " | " << code(stack.log_rows) << " | "
          << code(stack.log_blinding[j]) << " | " << code(stack.log_domain) << " | " << stack.queries
          << " | unique decoding |\n";
  }
  const verifier::Pads& pads = parameters.pads;
  out << "| pads | 1 | " << code(pads.log_rows) << " | " << code(pads.log_blinding) << " | " << code(pads.log_domain)
      << " | " << pads.queries << " | unique decoding |\n";
  uint64_t length = verifier::h_length(parameters);
  for (size_t i = 0; i < parameters.levels.size(); ++i) {
    const verifier::Level& level = parameters.levels[i];
    const uint64_t rows = uint64_t{1} << level.log_rows;
    out << "| level " << i + 1 << " | " << (length + rows - 1) / rows << " | " << code(level.log_rows) << " | | "
        << code(level.log_domain) << " | " << level.queries << " | "
        << (level.johnson == 0 ? "unique decoding" : "Johnson, m = " + std::to_string(level.johnson)) << " |\n";
    length = rows;
  }
  out << "\n"
      << length << " elements go in the clear at the end; " << static_cast<int>(parameters.query_grinding)
      << " bits of work before each drawing of positions.\n\n";
  return out.str();
}

std::string worked_numbers() {
  std::ostringstream out;
  const std::pair<const char*, System> cases[] = {
      {"Small: 62,000 weights, 100,000 cells, a table of 2^17 rows, 300,000 lookups", small_network()},
      {"Large: 2^27 weights, 2^24 cells, tables of 2^17 rows, 2^24 lookups",
       make_system(1 << 27, 1 << 24, 17, 1 << 24)}};
  for (const auto& [title, system] : cases) {
    for (const Profile profile : {Profile::k100, Profile::k128}) {
      PlanOptions options;
      options.profile = profile;
      options.costs.pads = 900;
      const auto found = plan(system, options);
      if (!found) return found.error().message();
      const System shaped = placed(system, *found);
      out << "### " << title << "; " << verifier::target_bits(profile) << " bits\n\n"
          << described(shaped, found->parameters) << "| term | regime | work | bits |\n|---|---|---|---|\n";
      const auto ledger = verifier::check_parameters(shaped, found->parameters);
      for (const verifier::ErrorTerm& term : ledger->terms) {
        char bits[32];
        std::snprintf(bits, sizeof bits, "%.3f", static_cast<double>(term.millibits) / 1000);
        out << "| " << term.name << " | " << term.regime << " | " << static_cast<int>(term.grinding) << " | " << bits
            << " |\n";
      }
      out << "\n";
    }
  }
  return out.str();
}

// The document ends with what the planner says today; TACIT_UPDATE_DOCS=1 writes it anew.
TEST(SoundnessDocument, ShowsTheLedgersOfPlans) {
  const std::string path = std::string(TACIT_SOURCE_DIR) + "/docs/soundness.md";
  const std::string begin = "<!-- worked numbers: begin -->\n", end = "<!-- worked numbers: end -->\n";
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  const std::string document = text.str();
  const size_t from = document.find(begin), to = document.find(end);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const std::string expected = document.substr(0, from) + begin + "\n" + worked_numbers() + document.substr(to);
  if (std::getenv("TACIT_UPDATE_DOCS") != nullptr) std::ofstream(path) << expected;
  EXPECT_TRUE(document == expected || std::getenv("TACIT_UPDATE_DOCS") != nullptr)
      << "run this test with TACIT_UPDATE_DOCS=1";
}

}  // namespace
}  // namespace tacit::prover
