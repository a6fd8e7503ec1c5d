#include "zero_knowledge/simulator.h"

#include <algorithm>
#include <map>

#include "tacit/base/check.h"
#include "tacit/poly/eq.h"
#include "tacit/poly/horner.h"
#include "tacit/poly/ntt.h"
#include "tacit/prover/kernels.h"
#include "tacit/prover/opening.h"
#include "tacit/verifier/layers.h"

namespace tacit::zero_knowledge {
namespace {

using prover::Matrix;
using statement::OracleKind;
using statement::System;
using verifier::Parameters;
using verifier::Stack;

std::vector<Toy2> uniform(TapeReader& tape, size_t n) {
  std::vector<Toy2> out(n);
  for (Toy2& x : out) x[0] = tape.next(), x[1] = tape.next();
  return out;
}

// A folded word, message then blinding.
struct Word {
  std::vector<Toy2> coefficients;
  size_t rows = 0;
  std::span<const Toy2> message() const { return std::span<const Toy2>(coefficients).first(rows); }
  Toy2 at(Toy x) const { return poly::horner<Toy2, Toy2>(coefficients, Toy2(x)); }
};
Word uniform_word(TapeReader& tape, uint8_t log_rows, uint8_t log_blinding) {
  const size_t rows = size_t{1} << log_rows;
  return {uniform(tape, rows + (size_t{1} << log_blinding)), rows};
}

// Invents what the verifier's steps receive, and keeps it.
class InventingChannel final : public verifier::Channel<Toy2> {
 public:
  struct Event {
    bool drawn;
    Label label;
    std::vector<Toy2> values;
  };
  InventingChannel(TapeReader& tape, ProgrammedCoins& coins, const Parameters& parameters,
                   const std::vector<Word>& words)
      : tape_(tape), coins_(coins), parameters_(parameters), words_(words) {}
  using verifier::Channel<Toy2>::receive;

  void receive(Label label, std::span<Toy2> out) override {
    if (label == Label::kFoldValue) {
      out[0] = fold_value(n_folds_++);
    } else {
      std::ranges::copy(uniform(tape_, out.size()), out.begin());
    }
    events.push_back({false, label, {out.begin(), out.end()}});
  }
  Toy2 challenge(Label label) override {
    const Toy2 x = verifier::draw<Toy2>(coins_, label);
    if (label == Label::kClaimPoint) point_.insert(point_.begin(), x);  // its last coordinate comes first
    events.push_back({true, label, {x}});
    return x;
  }
  void check_work(Label, uint32_t) override {}

  std::vector<Event> events;

 private:
  // c = ⟨h, eq(row point, ·)⟩
  Toy2 fold_value(size_t stack) const {
    const std::span<const Toy2> point(point_);
    const auto eq = poly::eq_table<Toy2>(point.first(parameters_.stacks[stack].log_rows));
    return prover::dot<Toy2, Toy2>(eq, words_[stack].message());
  }

  TapeReader& tape_;
  ProgrammedCoins& coins_;
  const Parameters& parameters_;
  const std::vector<Word>& words_;
  std::vector<Toy2> point_;
  size_t n_folds_ = 0;
};

// The rows of one tree: `words` values each, by position.
struct Rows {
  Rows(uint32_t words, uint8_t log_domain)
      : words(words), log_domain(log_domain), table(size_t{1} << log_domain, std::vector<Toy>(words)) {}
  uint32_t words;
  uint8_t log_domain;
  std::vector<std::vector<Toy>> table;

  void invent(TapeReader& tape, uint64_t position, uint32_t first, uint32_t count) {
    for (uint32_t w = first; w < first + count; ++w) table[position][w] = tape.next();
  }
  Matrix<Toy> commit(uint64_t tree_id) const {
    std::vector<std::vector<Toy>> columns;
    for (uint32_t w = 0; w < words; ++w) {
      std::vector<Toy> column;
      for (const auto& row : table) column.push_back(row[w]);
      columns.push_back(poly::interpolate_bitrev<Toy>(column));
    }
    return Matrix<Toy>(tree_id, log_domain, log_domain, std::move(columns), hash::Seed(std::array<uint8_t, 32>{}));
  }
};

std::vector<uint64_t> positions_of(const Program& program, uint8_t log_domain, uint32_t queries) {
  ProgrammedCoins coins(program);
  return verifier::draw_positions(coins, Label::kQueryPositions, log_domain, queries);
}

// Rows of what outlives a proof, by commitment, for all openings of the session.
std::vector<Rows> fixed_rows(const Setting& setting, TapeReader& tape) {
  std::vector<Rows> out;
  for (const CommitmentShape& shape : commitment_shapes(setting)) {
    const Part& first = setting.parts[shape.part];
    const uint32_t limbs = first.example.system.oracles[shape.oracle].limbs;
    Rows& rows = out.emplace_back(limbs, first.parameters.stacks[shape.stack].log_domain);
    for (const Part& part : setting.parts) {
      if (std::ranges::count(part.commitments, out.size() - 1) == 0) continue;
      const uint32_t queries = part.parameters.stacks[0].queries;  // the same in every stack here
      for (uint64_t x : positions_of(part.program, rows.log_domain, queries)) rows.invent(tape, x, 0, limbs);
    }
  }
  return out;
}

// One simulated proof.
class Simulation {
 public:
  Simulation(const Part& part, const verifier::Statement& statement, const std::vector<Rows>& fixed, TapeReader& tape)
      : system_(part.example.system),
        parameters_(part.parameters),
        statement_(statement),
        program_(part.program),
        tape_(tape) {
    const std::vector<uint32_t> oracles = fixed_oracles(system_);
    for (size_t k = 0; k < oracles.size(); ++k) rows_.emplace(oracles[k], fixed[part.commitments[k]]);
  }

  void run(Session::Run& out) {
    for (const Stack& stack : parameters_.stacks)
      words_.push_back(uniform_word(tape_, stack.log_rows, stack.stack_log_blinding()));
    words_.push_back(uniform_word(tape_, parameters_.pads.log_rows, parameters_.pads.log_blinding));
    ProgrammedCoins layer_coins(program_);
    InventingChannel channel(tape_, layer_coins, parameters_, words_);
    layers(channel);
    for (size_t s = 0; s < parameters_.stacks.size(); ++s) invent_stack(s);
    invent_pads();
    ProgrammedCoins coins(program_);
    out.bytes.push_back(write(channel, coins));
    out.events.push_back(coins.events());
    out.proofs.push_back(decode(statement_, coins.events(), out.bytes.back()));
  }

 private:
  void layers(InventingChannel& channel) {
    verifier::Veil<Toy2> veil(channel);
    claims_.folds = verifier::verify_layers<Toy2>(veil, system_, parameters_, statement_.publics);
    verifier::finish_product_check<Toy2>(veil, verifier::begin_product_check<Toy2>(veil));
    claims_.pads = verifier::batch_linear_checks<Toy2>(veil);
    claims_.pad_beta = channel.challenge(Label::kPadBeta);
    channel.events.pop_back();
    claims_.masked_pads =
        prover::dot<Toy2, Toy2>(words_.back().message(), claims_.pads.weights) - claims_.pad_beta * claims_.pads.value;
  }

  // Rows of what this proof commits, then those of the mask: g(x) = h(x) − β·Σ_b w_b·limb_b(x).
  void invent_stack(size_t s) {
    const Stack& stack = parameters_.stacks[s];
    const int mask_place = verifier::mask_oracle(system_, stack);
    for (size_t i = 0; i < stack.oracles.size(); ++i) {
      const uint32_t o = stack.oracles[i], limbs = system_.oracles[o].limbs;
      if (system_.oracles[o].kind != OracleKind::kActivations) continue;
      Rows rows(limbs + (mask_place == static_cast<int>(i) ? Toy2::kDegree : 0), stack.log_domain);
      for (uint64_t x : positions(stack)) rows.invent(tape_, x, 0, limbs);
      rows_.insert_or_assign(o, std::move(rows));
    }
    if (mask_place < 0) masks_.emplace(s, Rows(Toy2::kDegree, stack.log_domain));
    Rows& mask = mask_place < 0 ? masks_.at(s) : rows_.at(stack.oracles[static_cast<size_t>(mask_place)]);
    for (uint64_t x : positions(stack)) {
      Toy2 g = words_[s].at(poly::domain_point<Toy>(stack.log_domain, x));
      size_t b = 0;
      for (uint32_t o : stack.oracles)
        for (uint32_t w = 0; w < system_.oracles[o].limbs; ++w)
          g -= claims_.folds[s].beta * claims_.folds[s].limb_weight[b++] * rows_.at(o).table[x][w];
      set(mask, x, mask.words - Toy2::kDegree, g);
    }
  }

  // p′(x) = h₂(x) − β′·p(x)
  void invent_pads() {
    const verifier::Pads& pads = parameters_.pads;
    pads_.emplace(uint32_t{2 * Toy2::kDegree}, pads.log_domain);
    for (uint64_t x : positions_of(program_, pads.log_domain, pads.queries)) {
      pads_->invent(tape_, x, 0, Toy2::kDegree);
      const Toy2 p({pads_->table[x][0], pads_->table[x][1]});
      set(*pads_, x, Toy2::kDegree,
          words_.back().at(poly::domain_point<Toy>(pads.log_domain, x)) - claims_.pad_beta * p);
    }
  }

  std::vector<uint64_t> positions(const Stack& stack) const {
    return positions_of(program_, stack.log_domain, stack.queries);
  }
  static void set(Rows& rows, uint64_t x, uint32_t word, const Toy2& value) {
    for (int k = 0; k < Toy2::kDegree; ++k) rows.table[x][word + static_cast<uint32_t>(k)] = value[k];
  }

  Bytes write(const InventingChannel& channel, ProgrammedCoins& coins) {
    prover::ProofWriter<Toy2> writer(coins);
    const hash::Digest digest = verifier::absorb_statement(coins, statement_);
    const std::vector<prover::Word<Toy2>> words = commit(writer);
    verifier::absorb_after_roots(coins, statement_.system, digest);
    for (const InventingChannel::Event& event : channel.events) {
      if (event.drawn) {
        TACIT_CHECK(writer.challenge(event.label) == event.values[0]);
      } else {
        writer.send(event.label, std::span<const Toy2>(event.values));
      }
    }
    writer.send(Label::kMaskedPads, claims_.masked_pads);
    TACIT_CHECK(writer.challenge(Label::kPadBeta) == claims_.pad_beta);
    prover::prove_opening<Toy2>(writer, parameters_, words, claims_);
    return writer.take();
  }

  // Commits all trees and sends the roots of those that a proof commits.
  std::vector<prover::Word<Toy2>> commit(prover::ProofWriter<Toy2>& writer) {
    trees_.reserve(rows_.size() + masks_.size() + 1);
    const auto keep = [&](const Rows& rows, uint64_t tree_id, bool own) {
      trees_.push_back(rows.commit(tree_id));
      if (own) writer.send(Label::kRoot, trees_.back().root());
      return &trees_.back();
    };
    std::map<uint32_t, const Matrix<Toy>*> oracle;
    for (const auto& [o, rows] : rows_)
      oracle[o] = keep(rows, verifier::oracle_tree_id(system_, o), system_.oracles[o].kind == OracleKind::kActivations);
    std::map<size_t, const Matrix<Toy>*> mask;
    for (const auto& [s, rows] : masks_) mask[s] = keep(rows, verifier::mask_tree_id(s), true);
    std::vector<prover::Word<Toy2>> out;
    for (size_t s = 0; s < words_.size(); ++s) {
      const std::vector<Toy2>& h = words_[s].coefficients;
      const auto middle = h.begin() + static_cast<long>(words_[s].rows);
      out.push_back({{h.begin(), middle}, {middle, h.end()}, {}});
      if (s == parameters_.stacks.size()) {
        out.back().trees.push_back(keep(*pads_, verifier::kPadsTreeId, true));
        break;
      }
      for (uint32_t o : parameters_.stacks[s].oracles) out.back().trees.push_back(oracle[o]);
      if (mask.contains(s)) out.back().trees.push_back(mask[s]);
    }
    return out;
  }

  const System& system_;
  const Parameters& parameters_;
  const verifier::Statement& statement_;
  const Program& program_;
  TapeReader& tape_;
  std::vector<Word> words_;        // by stack, then the pads'
  std::map<uint32_t, Rows> rows_;  // by oracle
  std::map<size_t, Rows> masks_;   // by stack, where the mask has a tree of its own
  std::optional<Rows> pads_;
  std::vector<Matrix<Toy>> trees_;
  verifier::OpeningClaims<Toy2> claims_;
};

}  // namespace

Simulator::Simulator(Setting setting) : setting_(std::move(setting)) {
  TapeReader zeros;
  run(zeros);
  tape_length_ = zeros.read();
}

Session::Run Simulator::run(TapeReader& tape) const {
  Session::Run out;
  const std::vector<Rows> fixed = fixed_rows(setting_, tape);
  const std::vector<CommitmentShape> shapes = commitment_shapes(setting_);
  for (size_t c = 0; c < fixed.size(); ++c) {
    const System& system = setting_.parts[shapes[c].part].example.system;
    out.roots.push_back(fixed[c].commit(verifier::oracle_tree_id(system, shapes[c].oracle)).root());
  }
  for (const Part& part : setting_.parts) {
    std::vector<hash::Digest> roots;
    for (const size_t c : part.commitments) roots.push_back(out.roots[c]);
    const verifier::Statement statement{part.example.system, part.parameters, part.example.publics, roots, {}};
    Simulation(part, statement, fixed, tape).run(out);
  }
  return out;
}

Session::Run Simulator::run(const Tape& tape) const {
  TACIT_CHECK(tape.size() == tape_length_);
  TapeReader reader(tape);
  return run(reader);
}

DenseMatrix Simulator::jacobian(const Tape& tape) const {
  return central_differences(tape, [&](const Tape& x) { return run(x).values(); });
}

}  // namespace tacit::zero_knowledge
