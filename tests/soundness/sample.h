// One statement with every kind of relation, its proofs, and coins that a test can predict.
//
//   system   weights w and bias, committed data d; cells x, v, z, o, rem, s, pair of one proof
//   lookups  x and rem in ranges; (x, v) in the table (j, d_j); the accumulators y and q in ranges; (o, m −
//   o) with
//            m = (y − rem)/4 in a saturation table of three segments
//   identities  z = y + 3·x₀ + bias, z = the stated output, s = q, pair = strided sums of x with padding
//   stacks   {weights} with a mask of its own, {data, activations}; three levels, the second at Johnson's
//   radius
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>

#include "tacit/field/fields.h"
#include "tacit/prover/prove.h"
#include "tacit/statement/builder.h"
#include "tacit/statement/check.h"
#include "tacit/statement/instance.h"

namespace tacit::soundness {

using statement::Assignment;
using statement::System;
using verifier::Label;
using verifier::Parameters;

struct Sample {
  System system;
  Assignment assignment;
  statement::TensorId w = 0, bias = 0, d = 0, x = 0, v = 0, z = 0, o = 0, rem = 0, s = 0, pair = 0;
  statement::PublicId out = 0;
};

inline Sample make_sample(uint64_t seed = 1) {
  using namespace statement;
  constexpr uint32_t kSamples = 2, kInner = 5, kOutputs = 3;
  std::mt19937_64 random(seed);
  Builder b;
  Sample e;
  const OracleId weights = b.oracle(OracleKind::kWeights), data = b.oracle(OracleKind::kData),
                 act = b.oracle(OracleKind::kActivations);
  const Axis samples = whole_axis(kSamples), inner{kInner, 1, false}, outputs = whole_axis(kOutputs);
  const Space x_space{{samples, inner}}, y_space{{samples, outputs}}, s_space{{samples}};
  e.w = b.tensor(weights, {{outputs, inner}}, {0, 3});
  e.bias = b.tensor(weights, {{outputs}}, {-2, 2});
  e.d = b.tensor(data, {{whole_axis(4)}}, {0, 9});
  e.x = b.tensor(act, x_space, {0, 3});
  e.v = b.tensor(act, x_space, {0, 9});
  e.z = b.tensor(act, y_space, {-100, 100});
  e.o = b.tensor(act, y_space, {0, 7});
  e.rem = b.tensor(act, y_space, {0, 3});
  e.s = b.tensor(act, s_space, {0, 63});
  e.pair = b.tensor(act, {{samples, whole_axis(3)}}, {0, 6});
  e.out = b.stated(y_space, {-100, 100});
  const PublicId one = b.constant({}, {1});
  const TableId two_bits = b.range_table(act, 0, 2), six_bits = b.range_table(act, 0, 6);
  const TableId function = b.table(act, {{2, {{ColumnKind::kAffine, 0, 1, 0}, {ColumnKind::kCells, 4, 0, e.d}}, 0}});
  const TableId saturation = b.saturation_table(act, {0, 7}, 3);

  Contraction dense{{{samples, outputs, whole_axis(kInner)}}, {Role::kLeft, Role::kRight, Role::kInner}, {}, {}};
  dense.a = scaled(Source::kTensor, e.x, 1, {axis(0), axis(2)});
  dense.c = scaled(Source::kTensor, e.w, 1, {axis(1), axis(2)});
  const View y = direct(Source::kAccumulator, b.contraction(dense), 2);
  Contraction square{{{samples, whole_axis(kInner)}}, {Role::kBatch, Role::kInner}, {}, {}};
  square.a = scaled(Source::kTensor, e.x, 1, {axis(0), axis(1)});
  square.c = scaled(Source::kTensor, e.x, 1, {axis(0), axis(1)});
  const View q = direct(Source::kAccumulator, b.contraction(square), 1);

  b.lookup(x_space, two_bits, {b.cell(e.x)});
  b.lookup(y_space, two_bits, {b.cell(e.rem)});
  b.lookup(x_space, function, {b.cell(e.x), b.cell(e.v)});
  b.lookup(y_space, six_bits, {y});
  b.lookup(s_space, six_bits, {q});
  View excess = y + b.cell(e.rem, -1) + b.cell(e.o, -4);
  excess.log_denominator = 2;
  b.lookup(y_space, saturation, {b.cell(e.o), excess});
  const View sum = y + scaled(Source::kTensor, e.x, 3, {axis(0), {}}) + scaled(Source::kTensor, e.bias, 1, {axis(1)}) +
                   scaled(Source::kPublic, one, 5, {}) + int64_t{-5};
  b.identity(y_space, b.cell(e.z, -1) + sum);
  b.identity(y_space, b.cell(e.z) + direct(Source::kPublic, e.out, 2, -1));
  b.identity(s_space, b.cell(e.s, -1) + q);
  const Space pair_space{{samples, whole_axis(3)}};
  const View pairs = scaled(Source::kTensor, e.x, 1, {axis(0), axis(1, 2)}) +
                     scaled(Source::kTensor, e.x, 1, {axis(0), axis(1, 2, 1)});
  b.identity(pair_space, b.cell(e.pair, -1) + pairs);
  e.system = b.take();
  place(e.system, {4, 5, 5});

  Assignment& a = e.assignment;
  a.tensors.resize(e.system.tensors.size());
  a.publics.resize(e.system.publics.size());
  a.accumulators.resize(2);
  auto fill = [&](TensorId id, int64_t low, int64_t high) {
    for (uint64_t i = 0; i < e.system.tensors[id].space.elements(); ++i)
      a.tensors[id].push_back(low + static_cast<int64_t>(random() % static_cast<uint64_t>(high - low + 1)));
  };
  fill(e.w, 0, 3), fill(e.bias, -2, 2), fill(e.x, 0, 3);
  a.tensors[e.d] = {4, 0, 9, 1};
  for (int64_t x : a.tensors[e.x]) a.tensors[e.v].push_back(a.tensors[e.d][static_cast<size_t>(x)]);
  contract(e.system, a, 0);
  contract(e.system, a, 1);
  for (int64_t acc : a.accumulators[0]) {
    a.tensors[e.rem].push_back(acc % 4);
    a.tensors[e.o].push_back(std::min<int64_t>(acc / 4, 7));
  }
  a.tensors[e.z] = evaluate(e.system, a, y_space, sum);
  a.tensors[e.s] = a.accumulators[1];
  a.tensors[e.pair] = evaluate(e.system, a, pair_space, pairs);
  a.publics[e.out] = a.tensors[e.z];
  EXPECT_TRUE(count_multiplicities(e.system, a));
  return e;
}

enum class Work { kNone, kSome };

// Well formed, not secure: few rows are opened.
template <class E>
Parameters make_parameters(Work work, size_t levels = 3) {
  const bool some = work == Work::kSome;
  const uint8_t fold = some ? 9 : 0;
  Parameters p;
  p.profile = E::kDegree == 2 ? verifier::Profile::k100 : verifier::Profile::k128;
  p.stacks = {{{0}, {4}, 4, 7, 4, fold}, {{1, 2}, {4, 3}, 5, 7, 5, fold}};
  p.pads = {9, 3, 11, 4, fold};
  p.levels = {{6, 8, 5, 0, fold}, {4, 7, 4, 3, fold}, {2, 5, 3, 0, fold}};
  p.levels.resize(levels);
  p.alpha_grinding = fold;
  p.query_grinding = some ? 12 : 0;
  return p;
}

// For any placed system: each oracle in a stack of its own, no levels, no work.
template <class E>
Parameters plain_parameters(const System& system) {
  Parameters p;
  p.profile = E::kDegree == 2 ? verifier::Profile::k100 : verifier::Profile::k128;
  for (uint32_t o = 0; o < system.oracles.size(); ++o) {
    const uint8_t rows = system.oracles[o].log_rows;
    p.stacks.push_back({{o}, {4}, rows, static_cast<uint8_t>(std::max<int>(rows, 4) + 2), 4, 0});
  }
  p.pads = {9, 3, 11, 4, 0};
  return p;
}

// Challenges from a seed alone, whatever is absorbed: what a prover could do who knows them in advance. `fix`
// replaces the value of a challenge; draws are logged.
class PredictableCoins final : public verifier::Coins {
 public:
  static constexpr uint64_t kNonce = 7;
  explicit PredictableCoins(uint8_t seed) : seed_({seed}) {}

  void absorb(Label, ByteView) override {}
  void chain(uint64_t) override {}
  void open(Label label) override {
    const uint64_t n = draws_[label]++;
    fixed_.clear();
    if (auto at = fixes_.find({label, n}); at != fixes_.end()) fixed_ = at->second;
    word_ = 0;
    prg_.emplace(seed_, std::string(transcript::label_name(label)) + std::to_string(n));
  }
  uint64_t next_word() override { return word_ < fixed_.size() ? fixed_[word_++] : prg_->next_word(); }
  uint64_t work(Label, uint32_t) override { return kNonce; }
  bool check_work(Label, uint64_t nonce, uint32_t) override { return nonce == kNonce; }

  // The n-th draw under this label begins with these words.
  void fix(Label label, uint64_t n, std::vector<uint64_t> words) { fixes_[{label, n}] = std::move(words); }
  template <class E>
  void fix(Label label, uint64_t n, const E& value) {
    std::vector<uint64_t> words;
    for (int i = 0; i < E::kDegree; ++i) words.push_back(value[i].value());
    fix(label, n, std::move(words));
  }
  // The value of the n-th draw under this label.
  template <class E>
  E predict(Label label, uint64_t n) const {
    PredictableCoins copy(*this);
    copy.draws_[label] = n;
    return verifier::draw<E>(copy, label);
  }
  // The n-th draw of positions.
  std::vector<uint64_t> predict_positions(uint64_t n, int log_n, uint32_t count) const {
    PredictableCoins copy(*this);
    copy.draws_[Label::kQueryPositions] = n;
    return verifier::draw_positions(copy, Label::kQueryPositions, log_n, count);
  }
  PredictableCoins(const PredictableCoins& other) : seed_(other.seed_), fixes_(other.fixes_) {}

 private:
  hash::Seed seed_;
  std::map<Label, uint64_t> draws_;
  std::map<std::pair<Label, uint64_t>, std::vector<uint64_t>> fixes_;
  std::vector<uint64_t> fixed_;
  size_t word_ = 0;
  std::optional<hash::Prg> prg_;
};

// A statement about a sample, the commitments of its weights and data, and its proofs.
template <class E>
class Instance {
  using F = typename E::Base;

 public:
  explicit Instance(Sample s, Parameters p, Bytes c = {'c'})
      : sample(std::move(s)), parameters(std::move(p)), context(std::move(c)) {
    for (uint32_t o = 0; o < sample.system.oracles.size(); ++o) {
      if (sample.system.oracles[o].kind == statement::OracleKind::kActivations) continue;
      prover::SeededRandomness<F> random{hash::Seed({static_cast<uint8_t>(200 + o)})};
      const auto holds = [&](const verifier::Stack& stack) { return std::ranges::count(stack.oracles, o) > 0; };
      const verifier::Stack& stack = *std::ranges::find_if(parameters.stacks, holds);
      fixed.push_back(prover::commit_fixed<F>(sample.system, sample.assignment, o, stack, random));
      roots.push_back(fixed.back().root());
    }
    publics.stated = sample.assignment.publics;
  }
  Instance(const Instance&) = delete;

  verifier::Statement statement() const { return {sample.system, parameters, publics, roots, context}; }

  Result<Bytes> try_prove(uint8_t seed, verifier::Coins& coins) const {
    prover::SeededRandomness<F> random{hash::Seed({seed})};
    const verifier::Statement about = statement();
    std::vector<const prover::Matrix<F>*> commitments;
    for (const auto& matrix : fixed) commitments.push_back(&matrix);
    return prover::prove<E>({about, sample.assignment, commitments, random, nullptr}, coins);
  }
  Result<Bytes> try_prove(uint8_t seed) const {
    verifier::FiatShamirCoins coins(verifier::kProtocolName);
    return try_prove(seed, coins);
  }
  Bytes prove(uint8_t seed, verifier::Coins& coins) const {
    const Result<Bytes> proof = try_prove(seed, coins);
    EXPECT_TRUE(proof) << proof.error().message();
    return proof.value_or(Bytes{});
  }
  Bytes prove(uint8_t seed) const {
    verifier::FiatShamirCoins coins(verifier::kProtocolName);
    return prove(seed, coins);
  }
  Status verify(ByteView proof, verifier::Coins& coins, std::vector<verifier::Field>* fields = nullptr) const {
    return verifier::verify<E>(statement(), proof, coins, fields);
  }
  Status verify(ByteView proof, std::vector<verifier::Field>* fields = nullptr) const {
    verifier::FiatShamirCoins coins(verifier::kProtocolName);
    return verify(proof, coins, fields);
  }

  // What a test may change before it proves or verifies.
  Sample sample;
  Parameters parameters;
  Bytes context;
  verifier::PublicValues publics;
  std::vector<hash::Digest> roots;
  std::vector<prover::Matrix<F>> fixed;
};

inline void expect_code(const Status& status, Code code, const char* place = nullptr) {
  ASSERT_FALSE(status) << "accepted; expected " << code_name(code);
  EXPECT_STREQ(code_name(status.error().code), code_name(code)) << status.error().message();
  if (place != nullptr) {
    EXPECT_EQ(status.error().place, place);
  }
}

}  // namespace tacit::soundness
