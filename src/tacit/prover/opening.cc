#include "tacit/prover/opening.h"

#include <algorithm>

#include "tacit/poly/eq.h"
#include "tacit/poly/ntt.h"
#include "tacit/prover/kernels.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::prover {

using verifier::HBlock;
using verifier::Level;
using verifier::Parameters;

namespace {

// The current vector and the batched functional against it, densely.
template <class E>
struct Folding {
  std::vector<E> vector, functional;

  // Adds weight_j·x_j^i at i = 0 … of `message`, then of `blinding`, for positions of a domain.
  void add_powers(const HBlock& message, const HBlock* blinding, int log_domain,
                  const std::vector<std::pair<uint64_t, E>>& terms) {
    const uint64_t m = uint64_t{1} << message.log_size;
    const uint64_t r = blinding == nullptr ? 0 : uint64_t{1} << blinding->log_size;
    const std::vector<E> sums = sparse_power_sums<E>(terms, log_domain, m + r);
    for (uint64_t i = 0; i < m; ++i) functional[message.offset + i] += sums[i];
    for (uint64_t i = 0; i < r; ++i) functional[blinding->offset + i] += sums[m + i];
  }
  void add_eq(uint64_t offset, std::span<const E> point, const E& scale) {
    const std::vector<E> eq = scaled_eq_table<E>(point, scale);
    for (size_t i = 0; i < eq.size(); ++i) functional[offset + i] += eq[i];
  }
};

struct WordBlocks {
  HBlock message, blinding;
};
std::vector<WordBlocks> blocks_of_words(const Parameters& parameters) {
  std::vector<WordBlocks> out(parameters.stacks.size() + 1);
  for (const HBlock& block : verifier::h_layout(parameters))
    (block.blinding ? out[block.word].blinding : out[block.word].message) = block;
  return out;
}

// Columns of a level over the base field: column c's coefficients, component by component.
template <class E>
Matrix<typename E::Base> commit_level(const std::vector<E>& vector, size_t level, const Level& shape,
                                      uint64_t columns) {
  using F = typename E::Base;
  const size_t rows = size_t{1} << shape.log_rows;
  std::vector<std::vector<F>> limbs(columns * E::kDegree, std::vector<F>(rows));
  for (uint64_t c = 0; c < columns; ++c)
    for (size_t i = 0; i < rows; ++i) {
      const size_t at = c * rows + i;
      if (at >= vector.size()) break;
      for (int k = 0; k < E::kDegree; ++k) limbs[c * E::kDegree + static_cast<size_t>(k)][i] = vector[at][k];
    }
  return Matrix<F>(verifier::level_tree_id(level), shape.log_rows, shape.log_domain, std::move(limbs), std::nullopt);
}

// Opens rows of every word; returns the positions, word by word.
template <class E>
std::vector<std::vector<uint64_t>> open_words(ProofWriter<E>& proof, const Parameters& parameters,
                                              const std::vector<Word<E>>& words) {
  proof.work(Label::kQueryPositions, parameters.query_grinding);
  std::vector<std::vector<uint64_t>> positions;
  for (const verifier::Stack& stack : parameters.stacks)
    positions.push_back(proof.positions(Label::kQueryPositions, stack.log_domain, stack.queries));
  positions.push_back(proof.positions(Label::kQueryPositions, parameters.pads.log_domain, parameters.pads.queries));
  for (size_t w = 0; w < words.size(); ++w)
    for (const auto* tree : words[w].trees) tree->open(positions[w], proof.hints());
  return positions;
}

template <class E>
std::vector<uint64_t> open_level(ProofWriter<E>& proof, const Parameters& parameters,
                                 const Matrix<typename E::Base>& matrix, uint32_t queries) {
  proof.work(Label::kQueryPositions, parameters.query_grinding);
  std::vector<uint64_t> positions = proof.positions(Label::kQueryPositions, matrix.shape().log_domain, queries);
  matrix.open(positions, proof.hints());
  return positions;
}

template <class E>
std::vector<E> make_h(const Parameters& parameters, const std::vector<Word<E>>& words) {
  const auto blocks = blocks_of_words(parameters);
  std::vector<E> h(size_t{1} << statement::log2_ceil(verifier::h_length(parameters)), E::zero());
  for (size_t w = 0; w < words.size(); ++w) {
    std::copy(words[w].message.begin(), words[w].message.end(),
              h.begin() + static_cast<long>(blocks[w].message.offset));
    std::copy(words[w].blinding.begin(), words[w].blinding.end(),
              h.begin() + static_cast<long>(blocks[w].blinding.offset));
  }
  return h;
}

// The folding rounds of one level.
template <class E>
void fold_level(ProofWriter<E>& proof, const Level& level, int rounds, Folding<E>& state) {
  std::array<E, 2> message = quadratic_message<E>(state.vector, state.functional);
  for (int t = 0; t < rounds; ++t) {
    proof.send(Label::kLevelRound, std::span<const E>(message));
    proof.work(Label::kLevelPoint, level.fold_grinding);
    const E r = proof.challenge(Label::kLevelPoint);
    if (t + 1 < rounds) {
      message = fold_and_message<E>(state.vector, state.functional, r);
    } else {
      fold_top<E>(state.vector, r);
      fold_top<E>(state.functional, r);
    }
  }
}

// One after another, the weights κ, κ², … of the constraints of a batch.
template <class E>
class BatchWeights {
 public:
  explicit BatchWeights(const E& kappa) : kappa_(kappa), power_(kappa) {}
  E next() {
    const E out = power_;
    power_ *= kappa_;
    return out;
  }

 private:
  E kappa_, power_;
};

// Constraints of the first level, in the verifier's order.
template <class E>
void add_word_constraints(const Parameters& parameters, const verifier::OpeningClaims<E>& claims,
                          BatchWeights<E>& weights, Folding<E>& state) {
  const auto blocks = blocks_of_words(parameters);
  for (size_t s = 0; s < claims.folds.size(); ++s)
    state.add_eq(blocks[s].message.offset, claims.folds[s].row_point, weights.next());
  add_scaled<E, E>(std::span<E>(state.functional).subspan(blocks.back().message.offset), weights.next(),
                   claims.pads.weights);
}

template <class E>
void add_row_constraints(const Parameters& parameters, const std::vector<std::vector<uint64_t>>& positions,
                         BatchWeights<E>& weights, Folding<E>& state) {
  const auto blocks = blocks_of_words(parameters);
  for (size_t w = 0; w < positions.size(); ++w) {
    std::vector<std::pair<uint64_t, E>> terms;
    for (uint64_t x : positions[w]) terms.emplace_back(x, weights.next());
    const int log_domain = w < parameters.stacks.size() ? parameters.stacks[w].log_domain : parameters.pads.log_domain;
    state.add_powers(blocks[w].message, &blocks[w].blinding, log_domain, terms);
  }
}

}  // namespace

template <class E>
void prove_opening(ProofWriter<E>& proof, const Parameters& parameters, const std::vector<Word<E>>& words,
                   const verifier::OpeningClaims<E>& claims) {
  using F = typename E::Base;
  Folding<E> state{make_h(parameters, words), {}};
  state.functional.assign(state.vector.size(), E::zero());
  std::optional<Matrix<F>> previous;
  for (size_t l = 0; l < parameters.levels.size(); ++l) {
    const Level& level = parameters.levels[l];
    const uint64_t length = l == 0 ? verifier::h_length(parameters) : state.vector.size();
    if (planted(Fault::kWrongLevelVector)) state.vector[0] += E::one();
    Matrix<F> matrix = commit_level(state.vector, l, level, ((length - 1) >> level.log_rows) + 1);
    proof.send(Label::kLevelRoot, matrix.root());
    std::vector<E> ood;
    if (level.johnson > 0) {
      ood = proof.challenges(Label::kOutOfDomainPoint, static_cast<size_t>(statement::log2_ceil(state.vector.size())));
      proof.send(Label::kOutOfDomainValue, dot<E>(scaled_eq_table<E>(ood, E::one()), state.vector));
    }
    std::vector<std::vector<uint64_t>> positions;
    if (l == 0) {
      positions = open_words(proof, parameters, words);
    } else {
      positions.push_back(open_level(proof, parameters, *previous, parameters.levels[l - 1].queries));
    }
    BatchWeights<E> weights(proof.challenge(Label::kRowBatch));
    if (l == 0) add_word_constraints(parameters, claims, weights, state);
    if (!ood.empty()) state.add_eq(0, ood, weights.next());
    if (l == 0) {
      add_row_constraints(parameters, positions, weights, state);
    } else {
      const HBlock whole{0, false, static_cast<uint8_t>(statement::log2_ceil(state.vector.size())), 0};
      std::vector<std::pair<uint64_t, E>> terms;
      for (uint64_t x : positions[0]) terms.emplace_back(x, weights.next());
      state.add_powers(whole, nullptr, previous->shape().log_domain, terms);
    }
    fold_level(proof, level, verifier::level_rounds(parameters, l), state);
    previous.emplace(std::move(matrix));
  }
  proof.send(Label::kLastVector, std::span<const E>(state.vector));
  if (parameters.levels.empty()) {
    proof.challenge(Label::kRowBatch);
    open_words(proof, parameters, words);
  } else {
    open_level(proof, parameters, *previous, parameters.levels.back().queries);
  }
}

#define TACIT_INSTANTIATE(E)                                                                      \
  template void prove_opening<E>(ProofWriter<E>&, const Parameters&, const std::vector<Word<E>>&, \
                                 const verifier::OpeningClaims<E>&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::prover
