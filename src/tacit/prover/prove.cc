#include "tacit/prover/prove.h"

#include <algorithm>
#include <chrono>

#include "tacit/base/secret.h"
#include "tacit/poly/eq.h"
#include "tacit/poly/horner.h"
#include "tacit/prover/claim.h"
#include "tacit/prover/kernels.h"
#include "tacit/prover/lookup.h"
#include "tacit/prover/opening.h"
#include "tacit/prover/sumcheck.h"
#include "tacit/verifier/instantiate.h"
#include "tacit/verifier/layers.h"

namespace tacit::prover {

using statement::OracleKind;
using statement::System;
using verifier::Parameters;
using verifier::Stack;

namespace {

// The place of an oracle in its stack.
size_t place_in(const Stack& stack, uint32_t oracle) {
  return static_cast<size_t>(std::find(stack.oracles.begin(), stack.oracles.end(), oracle) - stack.oracles.begin());
}

template <class F>
Limbs<F> blinded(std::shared_ptr<const Cells> cells, uint8_t log_blinding, uint32_t oracle, Randomness<F>& random) {
  Limbs<F> out{std::move(cells), Buffer<F>(0)};
  out.blinding = Buffer<F>(out.cells->limbs() << log_blinding);
  random.fill("blinding " + std::to_string(oracle), {out.blinding.data(), out.blinding.size()});
  return out;
}

}  // namespace

template <class F>
Matrix<F> commit_fixed(const System& system, const statement::Assignment& assignment, statement::OracleId oracle,
                       const Stack& stack, Randomness<F>& random) {
  return commit_cells<F>(std::make_shared<const Cells>(system, assignment.tensors, oracle), oracle,
                         verifier::oracle_tree_id(system, oracle), stack, random);
}

template <class F>
Matrix<F> commit_cells(std::shared_ptr<const Cells> cells, statement::OracleId oracle, uint64_t tree_id,
                       const Stack& stack, Randomness<F>& random, std::optional<Stored> stored) {
  const uint8_t log_blinding = stack.log_blinding[place_in(stack, oracle)];
  return Matrix<F>({tree_id, stack.log_rows, stack.log_domain},
                   blinded<F>(std::move(cells), log_blinding, oracle, random), {}, random.salt_seed(),
                   std::move(stored));
}

namespace {

template <class T>
void wipe(std::vector<T>& secret) {
  secure_wipe(secret.data(), secret.size() * sizeof(T));
}

template <class E>
std::vector<E> uniform(Randomness<typename E::Base>& random, std::string_view label, size_t n) {
  using F = typename E::Base;
  std::vector<F> words(n * E::kDegree);
  random.fill(label, words);
  std::vector<E> out(n);
  for (size_t i = 0; i < n; ++i)
    for (int k = 0; k < E::kDegree; ++k) out[i][k] = words[i * E::kDegree + static_cast<size_t>(k)];
  wipe(words);
  return out;
}

// The base-field columns of a vector over the challenge field.
template <class E>
void append_components(const std::vector<E>& v, std::vector<std::vector<typename E::Base>>& columns) {
  for (int k = 0; k < E::kDegree; ++k) {
    auto& column = columns.emplace_back(v.size());
    for (size_t i = 0; i < v.size(); ++i) column[i] = v[i][k];
  }
}

template <class E>
void keep_base_part(std::vector<E>& v, size_t begin = 0) {
  for (size_t i = begin; i < v.size(); ++i) v[i] = E(v[i][0]);
}

class Stopwatch {
 public:
  void lap(double* seconds) {
    const auto now = std::chrono::steady_clock::now();
    if (seconds != nullptr) *seconds += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

template <class E>
class Prover {
  using F = typename E::Base;

 public:
  Prover(const Job<E>& job, verifier::Coins& coins)
      : job_(job),
        system_(job.statement.system),
        parameters_(job.statement.parameters),
        times_(job.times != nullptr ? *job.times : unused_),
        writer_(coins) {}
  Prover(const Prover&) = delete;
  Prover& operator=(const Prover&) = delete;
  ~Prover() {
    wipe(pads_);
    wipe(pad_mask_);
    for (std::vector<E>& mask : masks_) wipe(mask);
  }

  Result<Bytes> run() {
    const hash::Digest digest = verifier::absorb_statement(writer_.coins(), job_.statement);
    commit();
    verifier::absorb_after_roots(writer_.coins(), job_.statement.system, digest);
    watch_.lap(&times_.commit);
    VeilWriter<E> veil(writer_, std::span<const E>(pads_).first(size_t{1} << parameters_.pads.log_rows));
    TACIT_ASSIGN(const std::vector<E> point, layers(veil));
    finish(veil, point);
    watch_.lap(&times_.opening);
    return writer_.take();
  }

 private:
  // ---- step 1: everything uniform is drawn, everything is committed
  void commit() {
    trees_.resize(system_.oracles.size(), nullptr);
    size_t fixed = 0;
    for (uint32_t o = 0; o < system_.oracles.size(); ++o)
      if (system_.oracles[o].kind != OracleKind::kActivations) trees_[o] = job_.fixed[fixed++];
    draw_masks();
    const hash::Seed salts = job_.random.salt_seed();
    own_.reserve(system_.oracles.size() + parameters_.stacks.size() + 1);
    for (uint32_t o = 0; o < system_.oracles.size(); ++o)
      if (system_.oracles[o].kind == OracleKind::kActivations) trees_[o] = commit_own(o, salts);
    for (size_t s = 0; s < parameters_.stacks.size(); ++s) {
      if (verifier::mask_oracle(system_, parameters_.stacks[s]) >= 0) {
        mask_trees_.push_back(nullptr);
        continue;
      }
      std::vector<std::vector<F>> columns;
      append_components(masks_[s], columns);
      mask_trees_.push_back(keep({verifier::mask_tree_id(s), parameters_.stacks[s].log_rows,
                                  parameters_.stacks[s].log_domain, std::move(columns), salts}));
    }
    std::vector<std::vector<F>> columns;
    append_components(pads_, columns);
    append_components(pad_mask_, columns);
    pad_tree_ = keep(
        {verifier::kPadsTreeId, parameters_.pads.log_rows, parameters_.pads.log_domain, std::move(columns), salts});
  }

  const Matrix<F>* keep(Matrix<F> matrix) {
    own_.push_back(std::move(matrix));
    writer_.send(Label::kRoot, own_.back().root());
    return &own_.back();
  }

  const Matrix<F>* commit_own(uint32_t o, const hash::Seed& salts) {
    const auto in_stack = [&](const Stack& s) { return place_in(s, o) < s.oracles.size(); };
    const auto stack = std::find_if(parameters_.stacks.begin(), parameters_.stacks.end(), in_stack);
    const size_t place = place_in(*stack, o);
    std::vector<std::vector<F>> columns;
    if (verifier::mask_oracle(system_, *stack) == static_cast<int>(place))
      append_components(masks_[static_cast<size_t>(stack - parameters_.stacks.begin())], columns);
    auto cells = std::make_shared<const Cells>(system_, job_.assignment.tensors, o);
    return keep({{verifier::oracle_tree_id(system_, o), stack->log_rows, stack->log_domain, job_.memory.kept_codeword},
                 blinded<F>(std::move(cells), stack->log_blinding[place], o, job_.random),
                 std::move(columns),
                 salts});
  }

  void draw_masks() {
    for (size_t s = 0; s < parameters_.stacks.size(); ++s) {
      const Stack& stack = parameters_.stacks[s];
      const size_t m = size_t{1} << stack.log_rows, r = size_t{1} << stack.stack_log_blinding();
      masks_.push_back(uniform<E>(job_.random, "mask " + std::to_string(s), m + r));
      std::vector<E>& g = masks_.back();
      if (planted(Fault::kBaseMask)) keep_base_part(g);
      if (planted(Fault::kMessageMask)) std::fill(g.begin() + static_cast<long>(m), g.end(), E::zero());
      if (planted(Fault::kShortMask)) {
        const uint8_t shortest = *std::min_element(stack.log_blinding.begin(), stack.log_blinding.end());
        std::fill(g.begin() + static_cast<long>(m + (size_t{1} << shortest)), g.end(), E::zero());
      }
      if (planted(Fault::kSharedMask) && s > 0)
        for (size_t i = 0; i < g.size() && i < masks_[0].size(); ++i) g[i] = masks_[0][i];
    }
    const size_t n = (size_t{1} << parameters_.pads.log_rows) + (size_t{1} << parameters_.pads.log_blinding);
    pads_ = uniform<E>(job_.random, "pads", n);
    pad_mask_ = uniform<E>(job_.random, "pad mask", n);
    if (planted(Fault::kBasePads)) keep_base_part(pads_);
    if (planted(Fault::kBasePadMask)) keep_base_part(pad_mask_);
    if (planted(Fault::kNoPadBlinding))
      std::fill(pads_.begin() + (long{1} << parameters_.pads.log_rows), pads_.end(), E::zero());
  }

  // ---- steps 2 to 5; returns the claim point
  Result<std::vector<E>> layers(VeilWriter<E>& veil) {
    verifier::LookupChallenges<E> challenges{};
    verifier::LeafClaim<E> leaf;
    if (!system_.lookups.empty()) {
      challenges.gamma = writer_.challenge(Label::kGamma);
      writer_.work(Label::kAlpha, parameters_.alpha_grinding);
      challenges.alpha = writer_.challenge(Label::kAlpha);
      TACIT_ASSIGN(leaf.point, prove_lookup_tree(veil, make_leaves(system_, job_.assignment, challenges)));
    }
    watch_.lap(&times_.lookups);
    std::vector<E> rho = leaf.point;
    for (const E& x : writer_.challenges(Label::kRho, static_cast<size_t>(verifier::extra_coordinates(system_))))
      rho.push_back(x);
    auto claims = verifier::relation_claims<E>(system_, challenges, leaf, rho);
    const auto instances = verifier::collect_instances(system_, claims);
    std::vector<E> sums;
    for (const auto& instance : instances.list) sums.push_back(instance_sum(system_, job_.assignment, instance));
    veil.send(Label::kAccumulator, std::span<const E>(sums));
    std::vector<std::vector<verifier::Functional<E>>> functionals;
    for (auto& claim : claims) functionals.push_back(std::move(claim.parts.tensors));
    for (auto& claim : prove_contractions(veil, system_, job_.assignment, instances.list))
      functionals.push_back(std::move(claim));
    watch_.lap(&times_.contractions);
    std::vector<const Cells*> cells;
    for (const Matrix<F>* tree : trees_) cells.push_back(tree->cells().get());
    std::vector<E> point = prove_claims<E>(veil, system_, functionals, cells);
    watch_.lap(&times_.claims);
    return point;
  }

  // ---- steps 6 to 9
  void finish(VeilWriter<E>& veil, const std::vector<E>& point) {
    std::vector<Word<E>> words = folds(veil, point);
    verifier::OpeningClaims<E> claims;

    ReplayChannel<E> replay(writer_);
    verifier::Veil<E> tape(replay);
    writer_.challenge(Label::kChi);
    claims.folds = verifier::verify_layers(tape, system_, parameters_, job_.statement.publics);
    verifier::ProductCheck<E> check = verifier::begin_product_check(tape);
    veil.skip_pads(2);
    prove_products(veil, tape, check);
    verifier::finish_product_check(tape, check);
    writer_.challenge(Label::kVeilBatch);
    claims.pads = verifier::batch_linear_checks(tape);
    TACIT_CHECK(replay.at_end() && tape.pads() == veil.pads_used());

    claims.masked_pads = dot<E, E>(pad_mask_, claims.pads.weights);
    writer_.send(Label::kMaskedPads, claims.masked_pads);
    writer_.work(Label::kPadBeta, parameters_.pads.fold_grinding);
    claims.pad_beta = writer_.challenge(Label::kPadBeta);
    words.push_back(pad_word(claims.pad_beta));
    if (planted(Fault::kLevelZeroSample))
      writer_.send(Label::kOutOfDomainValue, poly::horner<F, E>(trees_.back()->coefficients(0), claims.pad_beta));
    prove_opening(writer_, parameters_, words, claims);
  }

  // u vectors, masks and folded words of every stack.
  std::vector<Word<E>> folds(VeilWriter<E>& veil, const std::vector<E>& point) {
    std::vector<Word<E>> words(parameters_.stacks.size());
    std::vector<std::vector<E>> functional;
    for (size_t s = 0; s < words.size(); ++s) {
      const Stack& stack = parameters_.stacks[s];
      functional.push_back(scaled_eq_table<E>(std::span<const E>(point).first(stack.log_rows), E::one()));
      std::vector<E> u;
      for (uint32_t o : stack.oracles)
        for (const E& product : trees_[o]->template limb_products<E>(functional[s])) u.push_back(product);
      if (planted(Fault::kWrongFoldFunctional)) u[0] += E::one();
      veil.send(Label::kFoldFunctional, std::span<const E>(u));
      veil.send(Label::kMaskFunctional,
                dot<E, E>(functional[s], std::span<const E>(masks_[s]).first(functional[s].size())));
    }
    for (size_t s = 0; s < words.size(); ++s) words[s] = fold_stack(s);
    for (size_t s = 0; s < words.size(); ++s)
      writer_.send(Label::kFoldValue, dot<E, E>(functional[s], words[s].message));
    return words;
  }

  Word<E> fold_stack(size_t s) {
    const Stack& stack = parameters_.stacks[s];
    const uint32_t limbs = verifier::stack_limbs(system_, stack);
    writer_.work(Label::kMu, stack.fold_grinding);
    std::vector<E> weights =
        poly::eq_table<E>(writer_.challenges(Label::kMu, static_cast<size_t>(statement::log2_ceil(limbs))));
    const E beta = writer_.challenge(Label::kBeta);
    for (E& weight : weights) weight *= beta;
    std::vector<E> h = masks_[s];
    size_t at = 0;
    Word<E> word;
    for (uint32_t o : stack.oracles) {
      trees_[o]->template fold_limbs<E>(std::span<const E>(weights).subspan(at, system_.oracles[o].limbs), h);
      at += system_.oracles[o].limbs;
      word.trees.push_back(trees_[o]);
    }
    if (mask_trees_[s] != nullptr) word.trees.push_back(mask_trees_[s]);
    if (planted(Fault::kWrongFold)) h[0] += E::one();
    split(h, size_t{1} << stack.log_rows, word);
    return word;
  }

  static void split(const std::vector<E>& h, size_t rows, Word<E>& word) {
    word.message.assign(h.begin(), h.begin() + static_cast<long>(rows));
    word.blinding.assign(h.begin() + static_cast<long>(rows), h.end());
  }

  Word<E> pad_word(const E& beta) const {
    std::vector<E> h = pad_mask_;
    add_scaled<E, E>(h, beta, pads_);
    Word<E> word;
    word.trees.push_back(pad_tree_);
    split(h, size_t{1} << parameters_.pads.log_rows, word);
    return word;
  }

  void prove_products(VeilWriter<E>& veil, const verifier::Veil<E>& tape, verifier::ProductCheck<E>& check) {
    const size_t last = check.a.size() - 1;
    if (planted(Fault::kNoUnusedSlots)) check.a[last - 1] = check.b[last] = {};
    if (planted(Fault::kOneUnusedSlot)) std::swap(check.b[last - 1], check.b[last]);
    const std::vector<E> values = tape.node_values(pads_);
    std::vector<SumcheckPair<E>> pair(1);
    auto fill = [&](const std::vector<verifier::SlotEntry<E>>& entries, std::vector<E>& out) {
      out.assign(size_t{1} << check.bits, E::zero());
      for (size_t j = 0; j < entries.size(); ++j)
        if (!entries[j].form.is_known())
          out[j] = entries[j].factor * entries[j].form.factor * values[entries[j].form.node];
    };
    fill(check.a, pair[0].a);
    fill(check.b, pair[0].c);
    prove_sumcheck(veil, verifier::kProductSumcheck, check.bits, pair);
    const std::array<E, 2> end{pair[0].a[0], pair[0].c[0]};
    writer_.send(Label::kProductEnd, std::span<const E>(end));
  }

  const Job<E>& job_;
  const System& system_;
  const Parameters& parameters_;
  StageTimes unused_;
  StageTimes& times_;
  Stopwatch watch_;
  ProofWriter<E> writer_;
  std::vector<const Matrix<F>*> trees_;       // by oracle
  std::vector<Matrix<F>> own_;                // what this proof commits
  std::vector<std::vector<E>> masks_;         // by stack
  std::vector<const Matrix<F>*> mask_trees_;  // by stack; null when a per-proof oracle carries the mask
  std::vector<E> pads_, pad_mask_;            // with blinding
  const Matrix<F>* pad_tree_ = nullptr;
};

}  // namespace

template <class E>
Result<Bytes> prove(const Job<E>& job, verifier::Coins& coins) {
  TACIT_TRY(verifier::check_statement(job.statement));
  return Prover<E>(job, coins).run();
}

uint64_t fast_work(const hash::Digest& state, Label label, uint32_t bits) {
  return simd::grind(transcript::grind_block(state, label), bits, parallel::run);
}

#define TACIT_INSTANTIATE(E) template Result<Bytes> prove<E>(const Job<E>&, verifier::Coins&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

#define TACIT_INSTANTIATE_BASE(F)                                                                                    \
  template Matrix<F> commit_fixed<F>(const System&, const statement::Assignment&, statement::OracleId, const Stack&, \
                                     Randomness<F>&);                                                                \
  template Matrix<F> commit_cells<F>(std::shared_ptr<const Cells>, statement::OracleId, uint64_t, const Stack&,      \
                                     Randomness<F>&, std::optional<Stored>);
TACIT_INSTANTIATE_BASE(field::Goldilocks)
TACIT_INSTANTIATE_BASE(field::Toy)

}  // namespace tacit::prover
