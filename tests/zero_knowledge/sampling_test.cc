// Ranks don't see a biased sampler; counting does. The samplers are checked exactly, then the real prover
// with its real randomness by χ² on every coordinate of the transcript.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <map>

#include "tacit/prover/prove.h"
#include "zero_knowledge/session.h"

namespace tacit::zero_knowledge {
namespace {

using field::Goldilocks;
using prover::Randomness;
using prover::SeededRandomness;

constexpr size_t kBins = Toy::kModulus;

// How many standard deviations a histogram is away from uniform (Wilson and Hilferty's normal form of χ²).
double deviation(const std::vector<uint32_t>& histogram) {
  double total = 0, chi = 0;
  for (uint32_t n : histogram) total += n;
  const double expected = total / static_cast<double>(kBins), df = kBins - 1;
  for (uint32_t n : histogram) chi += (n - expected) * (n - expected) / expected;
  return (std::cbrt(chi / df) - (1 - 2 / (9 * df))) / std::sqrt(2 / (9 * df));
}
constexpr double kAllowed = 6;  // a chance of 10⁻⁹ for each of some hundred histograms

hash::Seed seed(uint64_t i) {
  std::array<uint8_t, 32> bytes{};
  for (size_t k = 0; k < 8; ++k) bytes[k] = static_cast<uint8_t>(i >> (8 * k));
  return hash::Seed(bytes);
}

// Takes a word's masked bits modulo p instead of refusing words.
class Biased final : public Randomness<Toy> {
 public:
  Biased(uint64_t i, uint64_t mask) : seed_(seed(i)), mask_(mask) {}
  void fill(std::string_view label, std::span<Toy> out) override {
    hash::Prg prg(seed_, label);
    for (Toy& x : out) x = Toy(prg.next_word() & mask_);
  }
  hash::Seed salt_seed() override { return seed_; }

 private:
  hash::Seed seed_;
  uint64_t mask_;
};

// Passes everything on, and counts what each label was given.
class Counting final : public Randomness<Toy> {
 public:
  Counting(Randomness<Toy>& source, std::map<std::string, std::vector<uint32_t>>& histograms)
      : source_(source), histograms_(histograms) {}
  void fill(std::string_view label, std::span<Toy> out) override {
    source_.fill(label, out);
    EXPECT_TRUE(labels_.insert(std::string(label)).second) << "a stream serves twice: " << label;
    std::vector<uint32_t>& histogram = histograms_[std::string(label)];
    histogram.resize(kBins);
    for (const Toy& x : out) ++histogram[x.value()];
  }
  hash::Seed salt_seed() override { return source_.salt_seed(); }

 private:
  Randomness<Toy>& source_;
  std::map<std::string, std::vector<uint32_t>>& histograms_;
  std::set<std::string> labels_;
};

TEST(Sampling, WordsAreTakenOrRefusedExactly) {
  std::vector<int> taken(kBins);
  for (uint64_t word = 0; word < 512; ++word) {
    const auto x = field::from_word<Toy>(word | 0xABCDEF << 9);
    EXPECT_EQ(x.has_value(), word < kBins);
    if (x) ++taken[x->value()];
  }
  EXPECT_EQ(taken, std::vector<int>(kBins, 1));
  const uint64_t p = Goldilocks::kModulus;
  EXPECT_EQ(field::from_word<Goldilocks>(p - 1)->value(), p - 1);
  for (uint64_t word : {p, p + 1, ~uint64_t{0}}) EXPECT_FALSE(field::from_word<Goldilocks>(word));
}

TEST(Sampling, ARefusedWordIsDroppedAlone) {
  const std::vector<uint64_t> words = {300, 5, 257, 511, 256, 9};
  size_t used = 0;
  const Toy2 x = field::sample<Toy2>([&] { return words[used++]; });
  EXPECT_EQ(x, Toy2({Toy(5), Toy(256)}));
  EXPECT_EQ(used, 5u);
}

// Histograms of the prover's randomness by label and of all coordinates of `n_proofs` transcripts.
struct Histograms {
  std::map<std::string, std::vector<uint32_t>> drawn;
  std::vector<std::vector<uint32_t>> sent;

  double worst_drawn() const {
    double worst = 0;
    for (const auto& [label, histogram] : drawn) worst = std::max(worst, deviation(histogram));
    return worst;
  }
  double worst_sent() const {
    double worst = 0;
    for (const auto& histogram : sent) worst = std::max(worst, deviation(histogram));
    return worst;
  }
};

template <class Source, class MakeSource>
Histograms collect(uint64_t witness_seed, uint64_t n_proofs, MakeSource&& make) {
  const Example example = dense(2, 2);
  const verifier::Parameters parameters = tight_parameters(example, Stacking::kShared, 1);
  std::mt19937_64 random(witness_seed);
  const auto witness = example.witnesses(example, 1, random);
  Histograms out;
  for (uint64_t i = 0; i < n_proofs; ++i) {
    Source fixed_source = make(2 * i), source = make(2 * i + 1);
    Counting fixed_random(fixed_source, out.drawn), proof_random(source, out.drawn);
    const auto weights = prover::commit_fixed<Toy>(example.system, witness[0], 0, parameters.stacks[0], fixed_random);
    const verifier::Statement statement{example.system, parameters, example.publics, {weights.root()}, {}};
    ProgrammedCoins coins(Program{});
    const auto proof = prover::prove<Toy2>({statement, witness[0], {&weights}, proof_random}, coins);
    const Transcript transcript = decode(statement, coins.events(), *proof);
    out.sent.resize(transcript.values.size(), std::vector<uint32_t>(kBins));
    for (size_t j = 0; j < transcript.values.size(); ++j)
      if (!transcript.coordinates[j].padding) ++out.sent[j][transcript.values[j].value()];
  }
  std::erase_if(out.sent, [](const auto& h) { return std::ranges::count(h, 0u) == kBins; });
  return out;
}

constexpr uint64_t kProofs = 4000;  // some 16 in each bin

TEST(Sampling, EveryCoordinateIsUniform) {
  for (uint64_t witness : {1, 2}) {
    const Histograms h =
        collect<SeededRandomness<Toy>>(witness, kProofs, [](uint64_t i) { return SeededRandomness<Toy>(seed(i)); });
    std::printf("witness %d: %zu coordinates, worst deviation %.1f; drawn %.1f\n", static_cast<int>(witness),
                h.sent.size(), h.worst_sent(), h.worst_drawn());
    EXPECT_LT(h.worst_sent(), kAllowed);
    EXPECT_LT(h.worst_drawn(), kAllowed);
    std::set<std::string> labels;
    for (const auto& [label, histogram] : h.drawn) labels.insert(label);
    EXPECT_EQ(labels, (std::set<std::string>{"blinding 0", "blinding 1", "mask 0", "pads", "pad mask"}));
  }
}

// Reduction of 9-bit words halves the chance of two values in 257. The sum over all draws shows it; single
// coordinates of 4000 transcripts show only coarser mistakes.
TEST(Sampling, BiasIsSeen) {
  const Histograms reduced = collect<Biased>(1, kProofs, [](uint64_t i) { return Biased(i, 511); });
  const Histograms coarse = collect<Biased>(1, kProofs, [](uint64_t i) { return Biased(i, 127); });
  std::printf("reduced words: drawn %.1f; words of 7 bits: worst coordinate %.1f\n", reduced.worst_drawn(),
              coarse.worst_sent());
  EXPECT_GT(reduced.worst_drawn(), 2 * kAllowed);
  EXPECT_GT(coarse.worst_sent(), 2 * kAllowed);
}

}  // namespace
}  // namespace tacit::zero_knowledge
