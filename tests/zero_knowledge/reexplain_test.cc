// The honest prover, on every kind of relation: every transcript of one witness is explained by another, by
// as many tapes, and so is every transcript of the simulator, which knows no witness.

#include <gtest/gtest.h>

#include <cstdio>

#include "tacit/statement/space.h"
#include "zero_knowledge/explain.h"
#include "zero_knowledge/simulator.h"

namespace tacit::zero_knowledge {
namespace {

enum class Recursion { kNone, kLevels };

struct Case {
  const char* name;
  Setting (*setting)(Recursion recursion, uint64_t seed);
  Recursion recursion;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

verifier::Parameters with(Recursion recursion, verifier::Parameters parameters) {
  if (recursion == Recursion::kLevels) add_levels(parameters);
  return parameters;
}

template <Example (*kExample)(), Stacking kStacking, uint64_t kProofs>
Setting one_statement(Recursion recursion, uint64_t seed) {
  const Example example = kExample();
  std::vector<Program> programs;
  for (uint64_t i = 0; i < kProofs; ++i) programs.push_back({seed, i, {}});
  return repeated(example, with(recursion, tight_parameters(example, kStacking, kProofs)), programs);
}

Example dense_apart() { return dense(1, 2); }
Example dense_shared() { return dense(2, 2); }

// Three epochs of one statement's weights: a proof and the handover out; the handover in, two proofs, the handover out;
// the handover in and a proof. Each spends its blinding rows exactly, R = 2, 4 and 2 times t.
template <Example (*kExample)(), Stacking kStacking>
Setting epochs(Recursion recursion, uint64_t seed) {
  const Example example = kExample(), handed_over = handover(example);
  const std::vector<size_t> openings{2, 4, 2};
  Setting out;
  const auto add_proof = [&](size_t epoch) {
    const auto parameters = with(recursion, tight_parameters(example, kStacking, openings[epoch]));
    out.parts.push_back({example, parameters, {seed, out.parts.size(), {}}, {epoch}});
  };
  const auto add_handover = [&](size_t from) {
    auto parameters = with(recursion, tight_parameters(handed_over, kStacking, 1));
    for (size_t k = 0; k < 2; ++k)
      parameters.stacks[0].log_blinding[k] = static_cast<uint8_t>(statement::log2_ceil(kQueries * openings[from + k]));
    out.parts.push_back({handed_over, parameters, {seed, out.parts.size(), {}}, {from, from + 1}});
  };
  add_proof(0), add_handover(0), add_proof(1), add_proof(1), add_handover(1), add_proof(2);
  out.witnesses = [example](std::mt19937_64& random) {
    const auto proofs = example.witnesses(example, 4, random);
    const statement::Assignment both = handover_witness(example, proofs[0]);
    return std::vector<statement::Assignment>{proofs[0], both, proofs[1], proofs[2], both, proofs[3]};
  };
  return out;
}

const Case kCases[] = {
    {"product", one_statement<product, Stacking::kApart, 1>, Recursion::kNone},
    {"product, one stack, levels", one_statement<product, Stacking::kShared, 1>, Recursion::kLevels},
    {"dense", one_statement<dense_apart, Stacking::kApart, 1>, Recursion::kNone},
    {"dense, levels", one_statement<dense_apart, Stacking::kApart, 1>, Recursion::kLevels},
    {"dense, two proofs", one_statement<dense_apart, Stacking::kApart, 2>, Recursion::kNone},
    {"dense, one stack, two proofs, levels", one_statement<dense_shared, Stacking::kShared, 2>, Recursion::kLevels},
    {"gather", one_statement<gather, Stacking::kApart, 1>, Recursion::kNone},
    {"gather, two proofs", one_statement<gather, Stacking::kApart, 2>, Recursion::kNone},
    {"gather, levels", one_statement<gather, Stacking::kApart, 1>, Recursion::kLevels},
    {"product, three epochs", epochs<product, Stacking::kApart>, Recursion::kNone},
    {"dense, three epochs", epochs<dense_apart, Stacking::kApart>, Recursion::kNone},
    {"product, three epochs, levels", epochs<product, Stacking::kApart>, Recursion::kLevels},
};

class Honest : public testing::TestWithParam<Case> {
 protected:
  Setting setting(uint64_t seed) const { return GetParam().setting(GetParam().recursion, seed); }
  // Coordinates that the verifier's equations leave free.
  static size_t free_coordinates(const Session::Run& run) {
    size_t count = 0;
    for (const Transcript& t : run.proofs)
      for (const Coordinate& c : t.coordinates) count += !is_determined(c);
    return count;
  }
  Session session(uint64_t seed, std::mt19937_64& random) const {
    const Setting setting = this->setting(seed);
    return {setting, setting.witnesses(random)};
  }
};

TEST_P(Honest, AnotherWitnessExplainsTheTranscript) {
  const Report report = compare_witnesses(setting(1), 1);
  std::printf("%-40s %s\n", GetParam().name, report.text().c_str());
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.verdict, Verdict::kZeroKnowledge);
}

TEST_P(Honest, BothWitnessesExplainTheSimulator) {
  std::mt19937_64 random(2);
  const Simulator simulator(setting(2));
  const Tape tape = random_tape(simulator.tape_length(), random);
  const Session::Run run = simulator.run(tape);
  const size_t dimension = rank(simulator.jacobian(tape));
  if (GetParam().recursion == Recursion::kNone) {  // H is sent whole: everything that is invented shows
    EXPECT_EQ(dimension, simulator.tape_length());
    EXPECT_EQ(dimension, free_coordinates(run));
  }
  for (int i = 0; i < 2; ++i) {
    const Session session = this->session(2, random);
    const Status verdict = session.verify(run);
    ASSERT_TRUE(verdict) << verdict.error().message();
    const std::optional<Tape> explanation = explain(session, run.values(), random_tape(session.tape_length(), random));
    ASSERT_TRUE(explanation);
    EXPECT_EQ(session(*explanation), run.values());
    EXPECT_EQ(rank(session.jacobian(*explanation)), dimension);
  }
}

// What a tape of witness 1 does to a transcript is a polynomial of degree at most 2, so third differences
// vanish and the Jacobians are exact.
TEST_P(Honest, DegreeIsTwo) {
  std::mt19937_64 random(3);
  const Session session = this->session(3, random);
  Tape tape = random_tape(session.tape_length(), random);
  const Tape direction = random_tape(session.tape_length(), random);
  std::vector<Toy> sum;
  for (const Toy weight : {Toy(1), -Toy(3), Toy(3), -Toy(1)}) {
    const std::vector<Toy> values = session(tape);
    sum.resize(values.size());
    for (size_t i = 0; i < values.size(); ++i) sum[i] += weight * values[i];
    for (size_t i = 0; i < tape.size(); ++i) tape[i] += direction[i];
  }
  EXPECT_EQ(sum, std::vector<Toy>(sum.size()));
}

// A handover that was interrupted and made again, without being counted: five openings where four are hidden.
TEST(Epochs, AnUncountedHandoverLeaks) {
  Setting setting = epochs<product, Stacking::kApart>(Recursion::kNone, 1);
  Part again = setting.parts[4];
  again.program.proof = setting.parts.size();
  setting.parts.push_back(again);
  setting.witnesses = [witnesses = setting.witnesses](std::mt19937_64& random) {
    auto out = witnesses(random);
    out.push_back(out[4]);
    return out;
  };
  const Report report = compare_witnesses(setting, 1);
  EXPECT_TRUE(report.complete);
  EXPECT_EQ(report.verdict, Verdict::kLeaks);
  EXPECT_TRUE(report.separated);
}

INSTANTIATE_TEST_SUITE_P(Statements, Honest, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::to_string(info.index); });

}  // namespace
}  // namespace tacit::zero_knowledge
