// Does the test see leaks? The honest protocol and protocols with one leak each, with the verdict that
// re-explanation must reach (docs/zero_knowledge.md explains each).

#include "tacit/prover/planted.h"

#include <gtest/gtest.h>

#include <cstdio>

#include "zero_knowledge/explain.h"

namespace tacit::zero_knowledge {
namespace {

using prover::Fault;

constexpr Verdict kPrivate = Verdict::kZeroKnowledge, kLeak = Verdict::kLeaks;

struct Case {
  const char* name;
  Verdict expected;
  Stacking stacking = Stacking::kApart;
  Fault fault = Fault::kNone;
  size_t budget = 1;  // proofs that R of the weights is made for
  size_t proofs = 1;
  uint32_t more_rows = 0;  // opened in the stacks beyond what R is made for
  std::set<Label> zero_challenges = {};
  Seeding seeding = Seeding::kFresh;
};

const Case kCases[] = {
    {"honest", kPrivate},
    {"honest, one stack", kPrivate, Stacking::kShared},
    {"honest, two proofs", kPrivate, Stacking::kApart, Fault::kNone, 2, 2},
    {"honest, one stack, two proofs", kPrivate, Stacking::kShared, Fault::kNone, 2, 2},
    {"beta = 0 and beta' = 0 (the mask comes first)",
     kPrivate,
     Stacking::kShared,
     Fault::kNone,
     1,
     1,
     0,
     {Label::kBeta, Label::kPadBeta}},
    {"all challenges 0 but the product check's",
     kPrivate,
     Stacking::kApart,
     Fault::kNone,
     1,
     1,
     0,
     {Label::kGamma, Label::kAlpha, Label::kTheta, Label::kRho, Label::kLambda, Label::kContractionPoint, Label::kEta,
      Label::kClaimPoint, Label::kMu, Label::kBeta, Label::kChi, Label::kVeilBatch, Label::kPadBeta, Label::kRowBatch}},
    {"one proof over the row budget", kLeak, Stacking::kApart, Fault::kNone, 2, 3},
    {"one row more", kLeak, Stacking::kApart, Fault::kNone, 1, 1, 1},
    {"pad used twice", kLeak, Stacking::kApart, Fault::kReusePad},
    {"product check without unused pads", kLeak, Stacking::kApart, Fault::kNoUnusedSlots},
    {"both unused pads in one slot", kLeak, Stacking::kApart, Fault::kOneUnusedSlot},
    {"product challenge 0", kLeak, Stacking::kApart, Fault::kZeroProductPoint},
    {"pads in F", kLeak, Stacking::kApart, Fault::kBasePads},
    {"mask g in F", kLeak, Stacking::kApart, Fault::kBaseMask},
    {"mask p' in F", kLeak, Stacking::kApart, Fault::kBasePadMask},
    {"q_root in the clear", kLeak, Stacking::kApart, Fault::kClearRoot},
    {"accumulators in the clear", kLeak, Stacking::kApart, Fault::kClearAccumulator},
    {"u of a limb of W in the clear", kLeak, Stacking::kShared, Fault::kClearFirstFold},
    {"u of a limb of A in the clear", kLeak, Stacking::kShared, Fault::kClearLastFold},
    {"<g,v> in the clear", kLeak, Stacking::kApart, Fault::kClearMask},
    {"product messages in the clear", kLeak, Stacking::kApart, Fault::kClearProduct},
    {"mask shorter than the longest blinding, two proofs", kLeak, Stacking::kShared, Fault::kShortMask, 2, 2},
    {"mask on message rows only", kLeak, Stacking::kApart, Fault::kMessageMask},
    {"one mask for two stacks", kLeak, Stacking::kApart, Fault::kSharedMask},
    {"pads without blinding rows", kLeak, Stacking::kApart, Fault::kNoPadBlinding},
    {"0 in the evaluation domain", kLeak, Stacking::kApart, Fault::kZeroPoint},
    {"out-of-domain sample at level 0", kLeak, Stacking::kApart, Fault::kLevelZeroSample},
    {"same seed for two proofs", kLeak, Stacking::kApart, Fault::kNone, 2, 2, 0, {}, Seeding::kSame},
};

class Planted : public testing::TestWithParam<Case> {
 protected:
  void TearDown() override { prover::plant(Fault::kNone); }
};

TEST_P(Planted, Verdict) {
  const Case& c = GetParam();
  const Example example = c.stacking == Stacking::kShared ? dense(2, 2) : dense(1, 2);
  verifier::Parameters parameters = tight_parameters(example, c.stacking, c.budget);
  for (verifier::Stack& stack : parameters.stacks) stack.queries += c.more_rows;
  prover::plant(c.fault);
  std::vector<Program> programs;
  for (uint64_t i = 0; i < c.proofs; ++i) programs.push_back({1, i, c.zero_challenges});
  const Report report = compare_witnesses(repeated(example, parameters, programs, c.seeding), 1);
  std::printf("%-52s expected %-5s got %s\n", c.name, verdict_name(c.expected), report.text().c_str());
  EXPECT_EQ(report.verdict, c.expected) << c.name;
  EXPECT_TRUE(report.complete || c.expected == kLeak) << c.name;
}

INSTANTIATE_TEST_SUITE_P(Leaks, Planted, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::to_string(info.index); });

}  // namespace
}  // namespace tacit::zero_knowledge
