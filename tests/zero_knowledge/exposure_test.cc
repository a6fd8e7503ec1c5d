// What leaves the prover, and how: an exact inventory of clear and veiled scalars, each veiled one under a
// pad of its own, and no length that depends on a witness.

#include <gtest/gtest.h>

#include <map>

#include "tacit/prover/planted.h"
#include "zero_knowledge/session.h"

namespace tacit::zero_knowledge {
namespace {

using Inventory = std::map<Label, size_t>;  // scalars, or 1 for each digest or nonce

const std::set<Label> kStatement = {Label::kSystemDigest, Label::kProtocol, Label::kPublicValues, Label::kContext,
                                    Label::kStatementDigest};
const std::set<Label> kNotScalar = {Label::kRoot, Label::kLevelRoot, Label::kGrinding};
const std::set<Label> kVeiled = {Label::kRootDenominator, Label::kGkrRound,         Label::kGkrEvaluations,
                                 Label::kAccumulator,     Label::kContractionRound, Label::kOperand,
                                 Label::kClaimRound,      Label::kCellValue,        Label::kFoldFunctional,
                                 Label::kMaskFunctional,  Label::kProductRound};

Inventory inventory(const std::vector<Event>& events) {
  Inventory out;
  for (const Event& event : events)
    if (!event.drawn && !kStatement.contains(event.label))
      out[event.label] += kNotScalar.contains(event.label) ? 1 : event.data.size() / Toy2::kBytes;
  return out;
}
// Splits off the veiled part.
size_t take_veiled(Inventory& all) {
  size_t scalars = 0;
  for (Label label : kVeiled)
    if (const auto at = all.find(label); at != all.end()) {
      scalars += at->second;
      all.erase(at);
    }
  return scalars;
}

class Exposure : public testing::Test {
 protected:
  explicit Exposure() : example_(gather()), parameters_(tight_parameters(example_, Stacking::kApart, 1)) {}
  void TearDown() override { prover::plant(prover::Fault::kNone); }
  Session session(uint64_t seed) const {
    std::mt19937_64 random(seed);
    return {repeated(example_, parameters_, {Program{}}), example_.witnesses(example_, 1, random)};
  }
  Session::Run run(uint64_t seed) const {
    std::mt19937_64 random(seed);
    const Session session = this->session(seed);
    return session.run(random_tape(session.tape_length(), random));
  }

  Example example_;
  verifier::Parameters parameters_;
};

// Three per-proof roots (A, the mask of the other stack, P), c of two stacks, ã and b̃, ⟨p′, w⟩, H.
Inventory clear_without_levels(const verifier::Parameters& parameters) {
  return {{Label::kRoot, 3},
          {Label::kFoldValue, 2},
          {Label::kProductEnd, 2},
          {Label::kMaskedPads, 1},
          {Label::kLastVector, size_t{1} << statement::log2_ceil(verifier::h_length(parameters))}};
}

TEST_F(Exposure, NothingElseIsSentInTheClear) {
  const Session::Run run = this->run(1);
  Inventory clear = inventory(run.events[0]);
  EXPECT_EQ(take_veiled(clear), session(1).pads_used() - 2);
  EXPECT_EQ(clear, clear_without_levels(parameters_));
}

TEST_F(Exposure, NothingElseIsSentInTheClearWithLevels) {
  add_levels(parameters_);
  parameters_.stacks[0].fold_grinding = 1;
  parameters_.alpha_grinding = parameters_.query_grinding = 1;
  Inventory clear = inventory(run(1).events[0]);
  EXPECT_EQ(take_veiled(clear), session(1).pads_used() - 2);
  const size_t rounds =
      static_cast<size_t>(verifier::level_rounds(parameters_, 0) + verifier::level_rounds(parameters_, 1));
  const Inventory expected = {{Label::kRoot, 3},
                              {Label::kFoldValue, 2},
                              {Label::kProductEnd, 2},
                              {Label::kMaskedPads, 1},
                              {Label::kLevelRoot, 2},
                              {Label::kOutOfDomainValue, 1},
                              {Label::kLevelRound, 2 * rounds},
                              {Label::kLastVector, 4},
                              {Label::kGrinding, 1 + 1 + 3}};  // before α, before μ of one stack, before 3 openings
  EXPECT_EQ(clear, expected);
}

TEST_F(Exposure, InventorySeesOneMoreScalar) {
  prover::plant(prover::Fault::kLevelZeroSample);
  Inventory clear = inventory(run(1).events[0]);
  take_veiled(clear);
  EXPECT_NE(clear, clear_without_levels(parameters_));
}

// ŝ_i = s_i − pad_i, and s_i depends on no pad (messages of the product check: on no pad of such messages).
TEST_F(Exposure, EveryVeiledScalarHasItsOwnPad) {
  std::mt19937_64 random(1);
  const Session session = this->session(1);
  const Tape tape = random_tape(session.tape_length(), random);
  const Session::Run run = session.run(tape);
  const DenseMatrix jacobian = session.jacobian(tape);
  std::vector<size_t> rows;  // of veiled scalars, and where the product check's begin
  size_t first_product = 0;
  for (size_t i = 0; i < run.proofs[0].coordinates.size(); ++i) {
    const Coordinate& c = run.proofs[0].coordinates[i];
    if (c.kind != Coordinate::Kind::kScalar || !kVeiled.contains(c.label)) continue;
    if (c.label != Label::kProductRound) first_product = rows.size() + 1;
    rows.push_back(i);
  }
  const std::vector<size_t> places = session.pad_places();
  const size_t unused = 2 * Toy2::kDegree;  // words of the two pads that veil nothing
  ASSERT_EQ(rows.size() + unused, places.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const bool product = i >= first_product;
    const size_t own = product ? i + unused : i;
    for (size_t k = product ? first_product + unused : 0; k < places.size(); ++k)
      EXPECT_EQ(jacobian.at(rows[i], places[k]), k == own ? -Toy::one() : Toy::zero()) << i << " " << k;
  }
}

TEST_F(Exposure, ShapeDoesNotDependOnTheWitness) {
  const Session::Run first = run(1);
  for (uint64_t seed = 2; seed < 12; ++seed) {
    const Session::Run other = run(seed);
    EXPECT_EQ(other.bytes[0].size(), first.bytes[0].size());
    EXPECT_TRUE(std::ranges::equal(other.events[0], first.events[0],
                                   [](const Event& x, const Event& y) { return x.same_shape(y); }));
  }
}

}  // namespace
}  // namespace tacit::zero_knowledge
