// The honest prover, on every kind of relation: every transcript of one witness is explained by another, by
// as many tapes, and so is every transcript of the simulator, which knows no witness.

#include <gtest/gtest.h>

#include <cstdio>

#include "zero_knowledge/explain.h"
#include "zero_knowledge/simulator.h"

namespace tacit::zero_knowledge {
namespace {

enum class Recursion { kNone, kLevels };

struct Case {
  const char* name;
  Example (*example)();
  Stacking stacking;
  size_t proofs;
  Recursion recursion;
};

Example dense_apart() { return dense(1, 2); }
Example dense_shared() { return dense(2, 2); }

const Case kCases[] = {
    {"product", product, Stacking::kApart, 1, Recursion::kNone},
    {"product, one stack, levels", product, Stacking::kShared, 1, Recursion::kLevels},
    {"dense", dense_apart, Stacking::kApart, 1, Recursion::kNone},
    {"dense, levels", dense_apart, Stacking::kApart, 1, Recursion::kLevels},
    {"dense, two proofs", dense_apart, Stacking::kApart, 2, Recursion::kNone},
    {"dense, one stack, two proofs, levels", dense_shared, Stacking::kShared, 2, Recursion::kLevels},
    {"gather", gather, Stacking::kApart, 1, Recursion::kNone},
    {"gather, two proofs", gather, Stacking::kApart, 2, Recursion::kNone},
    {"gather, levels", gather, Stacking::kApart, 1, Recursion::kLevels},
};

class Honest : public testing::TestWithParam<Case> {
 protected:
  Honest()
      : example_(GetParam().example()),
        parameters_(tight_parameters(example_, GetParam().stacking, GetParam().proofs)) {
    if (GetParam().recursion == Recursion::kLevels) add_levels(parameters_);
  }
  Setting setting(uint64_t seed) const {
    Setting out{example_, parameters_, {}};
    for (uint64_t i = 0; i < GetParam().proofs; ++i) out.programs.push_back({seed, i, {}});
    return out;
  }
  // Coordinates that the verifier's equations leave free.
  static size_t free_coordinates(const Session::Run& run) {
    size_t count = 0;
    for (const Transcript& t : run.proofs)
      for (const Coordinate& c : t.coordinates) count += !is_determined(c);
    return count;
  }
  Session session(uint64_t seed, std::mt19937_64& random) const {
    return {setting(seed), example_.witnesses(example_, GetParam().proofs, random)};
  }

  Example example_;
  verifier::Parameters parameters_;
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

INSTANTIATE_TEST_SUITE_P(Statements, Honest, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::to_string(info.index); });

}  // namespace
}  // namespace tacit::zero_knowledge
