#include "tacit/verifier/parameters.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "tacit/verifier/parameters_samples_test.h"

namespace tacit::verifier {
namespace {

Bytes encoded(const Parameters& parameters) {
  Writer out;
  write(out, parameters);
  return out.take();
}

TEST(ParametersCodec, ReadsBackWhatItWrites) {
  for (const Parameters& parameters : {small_parameters(), large_parameters(), Parameters{}}) {
    const Bytes bytes = encoded(parameters);
    Reader in(bytes);
    const auto read = parse_parameters(in);
    ASSERT_TRUE(read);
    EXPECT_TRUE(in.finish());
    EXPECT_EQ(*read, parameters);
  }
}

TEST(ParametersCodec, RefusesEveryTruncation) {
  const Bytes bytes = encoded(large_parameters());
  for (size_t size = 0; size < bytes.size(); ++size) {
    Reader in(ByteView(bytes).first(size));
    const auto read = parse_parameters(in);
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().code, Code::kTruncated);
  }
}

TEST(ParametersCodec, RefusesAnUnknownProfile) {
  Bytes bytes = encoded(small_parameters());
  bytes[0] = 2;
  Reader in(bytes);
  EXPECT_EQ(parse_parameters(in).error().code, Code::kNonCanonical);
}

// Whatever the bytes are, reading and checking them ends in a result.
TEST(ParametersCodec, SurvivesAnyBytes) {
  const Bytes good = encoded(large_parameters());
  const statement::System system = large_system();
  const auto run = [&](ByteView bytes) {
    Reader in(bytes);
    const auto read = parse_parameters(in);
    if (read) (void)check_parameters(system, *read);
  };
  for (size_t at = 0; at < good.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      Bytes bytes = good;
      bytes[at] = static_cast<uint8_t>(value);
      run(bytes);
    }
  }
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = good;
    for (int j = 0; j < 4; ++j) bytes[random() % bytes.size()] = static_cast<uint8_t>(random());
    run(bytes);
  }
}

TEST(HLayout, PutsBlocksOneAfterTheOtherByFallingSize) {
  for (const Parameters& parameters : {small_parameters(), large_parameters()}) {
    const std::vector<HBlock> blocks = h_layout(parameters);
    ASSERT_EQ(blocks.size(), 2 * parameters.stacks.size() + 2);
    uint64_t end = 0;
    for (size_t i = 0; i < blocks.size(); ++i) {
      EXPECT_EQ(blocks[i].offset, end);
      EXPECT_EQ(end % (uint64_t{1} << blocks[i].log_size), 0u);
      EXPECT_GE(blocks[i == 0 ? 0 : i - 1].log_size, blocks[i].log_size);
      end += uint64_t{1} << blocks[i].log_size;
    }
    EXPECT_EQ(h_length(parameters), end);
  }
}

TEST(HLayout, BreaksTiesByWordAndMessageFirst) {
  Parameters parameters = small_parameters();
  parameters.stacks.push_back(parameters.stacks[0]);
  parameters.stacks[1].log_blinding = {8, 8};
  parameters.pads.log_rows = 8;
  const std::vector<std::pair<uint32_t, bool>> order = {{0, false}, {1, false}, {0, true},
                                                        {1, true},  {2, false}, {2, true}};
  const std::vector<HBlock> blocks = h_layout(parameters);
  ASSERT_EQ(blocks.size(), order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(blocks[i].word, order[i].first);
    EXPECT_EQ(blocks[i].blinding, order[i].second);
  }
}

TEST(Levels, HaveTheRoundsThatShortenTheVector) {
  const Parameters parameters = small_parameters();
  EXPECT_EQ(h_length(parameters), 16384u + 8192 + 1024 + 256);
  EXPECT_EQ(level_log_length(parameters, 0), 15);
  EXPECT_EQ(level_rounds(parameters, 0), 4);
  EXPECT_EQ(level_log_length(parameters, 1), 11);
  EXPECT_EQ(level_rounds(parameters, 1), 3);
}

TEST(Epoch, LastsForTheRowsThatBlindingHides) {
  const Parameters parameters = small_parameters();
  EXPECT_EQ(parameters.stacks[0].epoch_proofs(0), 8192u / 160 - 2);
  EXPECT_EQ(parameters.stacks[0].epoch_proofs(1), 0u);
}

using Mutation = std::function<void(Parameters&)>;

TEST(CheckShape, NamesWhatIsMalformed) {
  struct Case {
    const char* place;
    uint64_t index;
    Mutation mutate;
  };
  const Case cases[] = {
      {"parameters", 0, [](Parameters& p) { p.stacks.clear(); }},
      {"parameters", 17, [](Parameters& p) { p.stacks.resize(17, p.stacks[0]); }},
      {"parameters", 13, [](Parameters& p) { p.levels.resize(13, p.levels[0]); }},
      {"parameters", 0, [](Parameters& p) { p.alpha_grinding = 41; }},
      {"parameters", 0, [](Parameters& p) { p.query_grinding = 41; }},
      {"parameters", 1, [](Parameters& p) { p.stacks.pop_back(); }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].oracles.clear(), p.stacks[0].log_blinding.clear(); }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].log_blinding.push_back(9); }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].oracles[0] = 2; }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].oracles[0] = UINT32_MAX; }},
      {"stack", 1, [](Parameters& p) { p.stacks[1].oracles[0] = 0; }},
      {"stack", 1, [](Parameters& p) { p.stacks[1].log_rows -= 1; }},
      {"stack", 1, [](Parameters& p) { p.stacks[1].log_rows = 255; }},
      {"stack", 1, [](Parameters& p) { p.stacks[1].log_domain = 33; }},
      {"stack", 1, [](Parameters& p) { p.stacks[1].log_domain = 255; }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].log_domain = 27; }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].log_blinding[0] = 27; }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].log_blinding[0] = 255; }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].queries = 0; }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].queries = kMaxQueries + 1; }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].queries = UINT32_MAX; }},
      {"stack", 0, [](Parameters& p) { p.stacks[0].log_blinding[0] = 8; }},  // 3·120 > 2^8
      {"stack", 1, [](Parameters& p) { p.stacks[1].queries = 128; }},        // t + 1 > 2^7
      {"stack", 1, [](Parameters& p) { p.stacks[1].fold_grinding = 41; }},
      {"pads", 0, [](Parameters& p) { p.pads.log_rows = 28; }},
      {"pads", 0, [](Parameters& p) { p.pads.log_domain = 33; }},
      {"pads", 0, [](Parameters& p) { p.pads.log_blinding = 64; }},
      {"pads", 0, [](Parameters& p) { p.pads.queries = 0; }},
      {"pads", 0, [](Parameters& p) { p.pads.queries = 256; }},
      {"pads", 0, [](Parameters& p) { p.pads.fold_grinding = 41; }},
      {"level", 0, [](Parameters& p) { p.levels[0].log_rows = 28; }},
      {"level", 1, [](Parameters& p) { p.levels[1].log_rows = 20; }},
      {"level", 1, [](Parameters& p) { p.levels[1].log_domain = 14; }},
      {"level", 1, [](Parameters& p) { p.levels[1].log_domain = 33; }},
      {"level", 1, [](Parameters& p) { p.levels[1].queries = 0; }},
      {"level", 1, [](Parameters& p) { p.levels[1] = {.log_rows = 1, .log_domain = 4, .queries = 17}; }},
      {"level", 0, [](Parameters& p) { p.levels[0].johnson = 1; }},
      {"level", 0, [](Parameters& p) { p.levels[0].johnson = 2; }},
      {"level", 0, [](Parameters& p) { p.levels[0].fold_grinding = 41; }},
  };
  const statement::System system = large_system();
  ASSERT_TRUE(check_shape(system, large_parameters()));
  int number = 0;
  for (const Case& each : cases) {
    Parameters parameters = large_parameters();
    each.mutate(parameters);
    for (const Status& status : {check_shape(system, parameters), [&]() -> Status {
                                   TACIT_TRY(check_parameters(system, parameters));
                                   return {};
                                 }()}) {
      ASSERT_FALSE(status) << number;
      EXPECT_EQ(status.error().code, Code::kBadParameters) << number;
      EXPECT_EQ(status.error().place, each.place) << number;
      EXPECT_EQ(status.error().index, each.index) << number;
    }
    ++number;
  }
}

TEST(CheckShape, AllowsNoLevelsAtAll) {
  Parameters parameters = small_parameters();
  parameters.levels.clear();
  EXPECT_TRUE(check_parameters(small_system(), parameters));
}

void expect_insecure(const statement::System& system, const Parameters& parameters, const std::string& term) {
  const auto checked = check_parameters(system, parameters);
  ASSERT_FALSE(checked) << term;
  EXPECT_EQ(checked.error().code, Code::kInsecureParameters);
  EXPECT_EQ(checked.error().place, term);
}

TEST(CheckParameters, AcceptsTheSamplesAt100Bits) {
  for (const auto& [system, parameters] :
       {std::pair(small_system(), small_parameters()), std::pair(large_system(), large_parameters())}) {
    const auto ledger = check_parameters(system, parameters);
    ASSERT_TRUE(ledger) << ledger.error().message();
    EXPECT_GE(ledger->weakest_millibits(), 100'000);
    EXPECT_LT(ledger->weakest_millibits(), 100'200);
  }
}

TEST(CheckParameters, AsksMoreQueriesAt128Bits) {
  Parameters parameters = small_parameters();
  parameters.profile = Profile::k128;
  expect_insecure(small_system(), parameters, "queries of stack 0");
  parameters.stacks[0].queries = 212;
  parameters.stacks[0].log_blinding[1] = 8;
  parameters.pads.queries = 188;
  parameters.levels[0].queries = 122;
  parameters.levels[1].queries = 169;
  EXPECT_TRUE(check_parameters(small_system(), parameters));
}

// One weakening for each term that parameters can weaken, each the least possible.
TEST(CheckParameters, NamesTheTermThatIsTooWeak) {
  const std::pair<const char*, Mutation> small[] = {
      {"queries of stack 0", [](Parameters& p) { p.stacks[0].queries -= 1; }},
      {"queries of stack 0", [](Parameters& p) { p.query_grinding -= 1; }},
      {"queries of stack 0", [](Parameters& p) { p.stacks[0].log_rows = 14, p.stacks[0].log_blinding[0] = 14; }},
      {"queries of pads", [](Parameters& p) { p.pads.queries -= 1; }},
      {"queries of pads", [](Parameters& p) { p.pads.log_blinding += 1; }},
      {"rounds of level 1", [](Parameters& p) { p.levels[0].fold_grinding -= 1; }},
      {"rounds of level 1", [](Parameters& p) { p.levels[0].johnson += 4; }},
      {"rounds of level 1", [](Parameters& p) { p.levels[0].log_domain += 1; }},
      {"queries of level 1", [](Parameters& p) { p.levels[0].queries -= 1; }},
      {"queries of level 1", [](Parameters& p) { p.levels[0].johnson -= 4; }},
      {"queries of level 1", [](Parameters& p) { p.levels[0].log_domain -= 1; }},
      {"queries of level 2", [](Parameters& p) { p.levels[1].queries -= 1; }},
      {"queries of level 2", [](Parameters& p) { p.levels[1].log_domain -= 1; }},
      {"out-of-domain sample of level 1",
       [](Parameters& p) { p.levels[0] = {.log_rows = 11, .log_domain = 32, .queries = 92, .johnson = 255}; }},
  };
  for (const auto& [term, mutate] : small) {
    Parameters parameters = small_parameters();
    mutate(parameters);
    expect_insecure(small_system(), parameters, term);
  }
  const std::pair<const char*, Mutation> large[] = {
      {"alpha", [](Parameters& p) { p.alpha_grinding -= 1; }},
      {"fold of stack 0", [](Parameters& p) { p.stacks[0].fold_grinding -= 1; }},
      {"fold of stack 1", [](Parameters& p) { p.stacks[1].log_domain += 1; }},
      {"queries of stack 1", [](Parameters& p) { p.stacks[1].queries -= 1; }},
      {"fold of pads", [](Parameters& p) { p.pads.fold_grinding -= 1; }},
      {"rounds of level 1", [](Parameters& p) { p.levels[0].log_domain = 28; }},
  };
  for (const auto& [term, mutate] : large) {
    Parameters parameters = large_parameters();
    mutate(parameters);
    expect_insecure(large_system(), parameters, term);
  }
}

// Terms that the statement alone decides.
TEST(CheckParameters, RefusesStatementsThatAreTooLargeForTheField) {
  statement::System system = large_system();
  system.tables[0].width = 1 << 8;  // 2^28 multiples of γ's powers
  expect_insecure(system, large_parameters(), "gamma");

  system = large_system();
  statement::View accumulators;
  accumulators.terms = {{.source = statement::Source::kAccumulator}};
  statement::Axis strips{.length = 1u << 28};
  system.identities.push_back({.labels = {{strips}}, .view = accumulators});
  expect_insecure(system, large_parameters(), "batching of accumulators");
  system.identities[0].labels.axes[0].length = 1u << 27;
  expect_insecure(system, large_parameters(), "batching of claims");
  system.identities[0].labels.axes[0].length = 1u << 26;
  EXPECT_TRUE(check_parameters(system, large_parameters()));
}

}  // namespace
}  // namespace tacit::verifier
