#include "tacit/verifier/opening.h"

#include "tacit/merkle/leaf.h"
#include "tacit/merkle/multiproof.h"
#include "tacit/poly/domain.h"
#include "tacit/poly/eq.h"
#include "tacit/poly/horner.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::verifier {

int mask_oracle(const statement::System& system, const Stack& stack) {
  for (size_t i = 0; i < stack.oracles.size(); ++i)
    if (system.oracles[stack.oracles[i]].kind == statement::OracleKind::kActivations) return static_cast<int>(i);
  return -1;
}

namespace {

template <class E>
E assemble(const typename E::Base* words) {
  E out;
  for (int i = 0; i < E::kDegree; ++i) out[i] = words[i];
  return out;
}

enum class Salted : bool { kNo, kYes };

// Reads the rows of one tree at `positions`, with salts and siblings, and checks them against the root.
template <class E>
std::vector<std::vector<typename E::Base>> read_rows(ProofReader<E>& proof, const CommittedTree& tree, int log_n,
                                                     std::span<const uint64_t> positions, Salted salted) {
  std::vector<std::vector<typename E::Base>> rows(positions.size());
  std::vector<hash::Digest> leaves(positions.size());
  std::vector<uint64_t> words(tree.words);
  for (size_t i = 0; i < positions.size() && proof.ok(); ++i) {
    const size_t begin = proof.offset();
    const merkle::Salt salt = salted == Salted::kYes ? proof.digest().bytes : merkle::Salt{};
    if (salted == Salted::kYes) proof.note("salt", begin);
    const size_t row_begin = proof.offset();
    rows[i].resize(tree.words);
    for (uint32_t w = 0; w < tree.words; ++w) {
      rows[i][w] = proof.base_element();
      words[w] = rows[i][w].value();
    }
    proof.note("row", row_begin);
    leaves[i] = merkle::leaf_digest({tree.id, positions[i]}, salt, words);
  }
  const Result<size_t> count = merkle::sibling_count(static_cast<uint32_t>(log_n), positions);
  if (!count) proof.fail(count.error().code, "positions");
  std::vector<hash::Digest> siblings;
  for (size_t i = 0; proof.ok() && i < *count; ++i) {
    const size_t begin = proof.offset();
    siblings.push_back(proof.digest());
    proof.note("sibling", begin);
  }
  if (!proof.ok()) return rows;
  const Status verdict = merkle::verify(tree.root, static_cast<uint32_t>(log_n), positions, leaves, siblings);
  if (!verdict) proof.fail(verdict.error().code, "rows of tree", tree.id);
  return rows;
}

// The blocks of one word in the layout of H.
struct WordBlocks {
  HBlock message, blinding;
};
WordBlocks word_blocks(const Parameters& parameters, size_t word) {
  WordBlocks out;
  for (const HBlock& block : h_layout(parameters))
    if (block.word == word) (block.blinding ? out.blinding : out.message) = block;
  return out;
}

// One row check of a folded word: at position x its value is `value`.
template <class E>
struct RowCheck {
  size_t word;
  typename E::Base x;
  E value;
};

// Positions and rows of every stack and of the pads.
template <class E>
std::vector<RowCheck<E>> open_words(ProofReader<E>& proof, const Parameters& parameters,
                                    const std::vector<StackTrees>& stacks, const CommittedTree& pads,
                                    const OpeningClaims<E>& claims) {
  using F = typename E::Base;
  proof.check_work(Label::kQueryPositions, parameters.query_grinding);
  std::vector<std::vector<uint64_t>> positions;
  for (const Stack& stack : parameters.stacks)
    positions.push_back(proof.positions(Label::kQueryPositions, stack.log_domain, stack.queries));
  positions.push_back(proof.positions(Label::kQueryPositions, parameters.pads.log_domain, parameters.pads.queries));
  std::vector<RowCheck<E>> out;
  for (size_t s = 0; s < stacks.size() && proof.ok(); ++s) {
    const int log_n = parameters.stacks[s].log_domain;
    std::vector<std::vector<std::vector<F>>> opened;  // tree, position
    for (const CommittedTree& tree : stacks[s].trees)
      opened.push_back(read_rows(proof, tree, log_n, positions[s], Salted::kYes));
    for (size_t i = 0; i < positions[s].size(); ++i) {
      std::vector<std::vector<F>> rows;
      for (auto& tree : opened) rows.push_back(std::move(tree[i]));
      if (!proof.ok()) return out;
      out.push_back({s, poly::domain_point<F>(log_n, positions[s][i]), fold_row<E>(claims.folds[s], stacks[s], rows)});
    }
  }
  const int log_n = parameters.pads.log_domain;
  const auto rows = read_rows(proof, pads, log_n, positions.back(), Salted::kYes);
  for (size_t i = 0; i < rows.size() && proof.ok(); ++i)
    out.push_back(
        {stacks.size(), poly::domain_point<F>(log_n, positions.back()[i]), fold_pad_row<E>(claims.pad_beta, rows[i])});
  return out;
}

template <class E>
void add_row_checks(const Parameters& parameters, const std::vector<RowCheck<E>>& checks, HConstraints<E>& h) {
  for (const RowCheck<E>& check : checks) {
    const WordBlocks blocks = word_blocks(parameters, check.word);
    h.add_powers(blocks.message, &blocks.blinding, check.x, check.value);
  }
}

// The folded word whose coefficients stand in H, at x.
template <class E>
E word_at(const Parameters& parameters, size_t word, std::span<const E> h, typename E::Base x) {
  const WordBlocks blocks = word_blocks(parameters, word);
  auto part = [&](const HBlock& b) { return poly::horner<E>(h.subspan(b.offset, size_t{1} << b.log_size), x); };
  typename E::Base shift = x;
  for (int t = 0; t < blocks.message.log_size; ++t) shift *= shift;
  return part(blocks.message) + part(blocks.blinding) * shift;
}

template <class E>
struct LevelTree {
  CommittedTree tree;
  int log_domain = 0;
  std::vector<E> column_weight;  // eq of the folding point
};

// Rows of a level: at x, the next vector's powers sum to Σ_c weight_c·row_c.
template <class E>
std::vector<RowCheck<E>> open_level(ProofReader<E>& proof, const Parameters& parameters, const LevelTree<E>& level,
                                    uint32_t queries) {
  using F = typename E::Base;
  proof.check_work(Label::kQueryPositions, parameters.query_grinding);
  const std::vector<uint64_t> positions = proof.positions(Label::kQueryPositions, level.log_domain, queries);
  const auto rows = read_rows(proof, level.tree, level.log_domain, positions, Salted::kNo);
  std::vector<RowCheck<E>> out;
  for (size_t i = 0; i < rows.size() && proof.ok(); ++i) {
    E value = E::zero();
    for (size_t c = 0; c < level.tree.words / E::kDegree; ++c)
      value += level.column_weight[c] * assemble<E>(rows[i].data() + c * E::kDegree);
    out.push_back({0, poly::domain_point<F>(level.log_domain, positions[i]), value});
  }
  return out;
}

// The rounds of one level: binds the top bits of H; returns eq of the point over the columns.
template <class E>
std::vector<E> fold_level(ProofReader<E>& proof, const Level& level, int rounds, HConstraints<E>& h) {
  std::vector<E> point(static_cast<size_t>(rounds));
  for (int t = rounds; t-- > 0;) {
    std::array<E, 2> message;  // p(0), p(2)
    proof.receive(Label::kLevelRound, std::span<E>(message));
    proof.check_work(Label::kLevelPoint, level.fold_grinding);
    const E r = proof.challenge(Label::kLevelPoint);
    const auto w = quadratic_weights(r);
    h.bind_top(r, w[0] * message[0] + w[1] * h.claim() + w[2] * message[1]);
    point[static_cast<size_t>(t)] = r;
  }
  return poly::eq_table<E>(point);
}

}  // namespace

template <class E>
E fold_row(const StackFold<E>& fold, const StackTrees& trees, const std::vector<std::vector<typename E::Base>>& rows) {
  E sum = E::zero(), mask = E::zero();
  size_t limb = 0;
  for (size_t t = 0; t < rows.size(); ++t) {
    size_t limbs = rows[t].size();
    if (t == trees.mask_tree) {
      limbs -= E::kDegree;
      mask = assemble<E>(rows[t].data() + limbs);
    }
    for (size_t b = 0; b < limbs; ++b) sum += fold.limb_weight[limb++] * rows[t][b];
  }
  return mask + fold.beta * sum;
}

template <class E>
E fold_pad_row(const E& pad_beta, std::span<const typename E::Base> row) {
  return assemble<E>(row.data() + E::kDegree) + pad_beta * assemble<E>(row.data());
}

template <class E>
HConstraints<E> initial_constraints(const Parameters& parameters, const OpeningClaims<E>& claims) {
  HConstraints<E> h(statement::log2_ceil(h_length(parameters)));
  for (size_t s = 0; s < claims.folds.size(); ++s)
    h.add_eq(word_blocks(parameters, s).message, claims.folds[s].row_point, claims.folds[s].value);
  h.add_dense(word_blocks(parameters, claims.folds.size()).message, claims.pads.weights,
              claims.masked_pads + claims.pad_beta * claims.pads.value);
  return h;
}

template <class E>
void verify_opening(ProofReader<E>& proof, const Parameters& parameters, const std::vector<StackTrees>& stacks,
                    const CommittedTree& pads, const OpeningClaims<E>& claims) {
  HConstraints<E> h = initial_constraints(parameters, claims);
  LevelTree<E> previous;
  for (size_t l = 0; l < parameters.levels.size() && proof.ok(); ++l) {
    const Level& level = parameters.levels[l];
    const uint64_t columns =
        l == 0 ? ((h_length(parameters) - 1) >> level.log_rows) + 1 : uint64_t{1} << level_rounds(parameters, l);
    LevelTree<E> current{
        {level_tree_id(l), proof.receive_digest(Label::kLevelRoot), static_cast<uint32_t>(columns * E::kDegree)},
        level.log_domain,
        {}};
    if (level.johnson > 0) {
      const std::vector<E> point = proof.challenges(Label::kOutOfDomainPoint, static_cast<size_t>(h.bits()));
      const E value = proof.Channel<E>::receive(Label::kOutOfDomainValue);
      h.add_eq({0, false, static_cast<uint8_t>(h.bits()), 0}, point, value);
    }
    if (l == 0) {
      add_row_checks(parameters, open_words(proof, parameters, stacks, pads, claims), h);
    } else {
      const HBlock whole{0, false, static_cast<uint8_t>(h.bits()), 0};
      for (const RowCheck<E>& check : open_level(proof, parameters, previous, parameters.levels[l - 1].queries))
        h.add_powers(whole, nullptr, check.x, check.value);
    }
    if (!proof.ok()) return;
    h.batch(proof.challenge(Label::kRowBatch));
    current.column_weight = fold_level(proof, level, level_rounds(parameters, l), h);
    previous = std::move(current);
  }
  std::vector<E> last(size_t{1} << h.bits());
  proof.receive(Label::kLastVector, std::span<E>(last));
  if (!proof.ok()) return;
  if (h.open() > 0) h.batch(proof.challenge(Label::kRowBatch));
  proof.require(h.evaluate(last) == h.claim(), Code::kFinalCheck, "last vector");
  if (parameters.levels.empty()) {  // H itself stands in the proof
    for (uint64_t i = h_length(parameters); i < last.size(); ++i)
      proof.require(last[i] == E::zero(), Code::kFinalCheck, "padding of H", i);
    for (const RowCheck<E>& check : open_words(proof, parameters, stacks, pads, claims))
      proof.require(word_at<E>(parameters, check.word, last, check.x) == check.value, Code::kRowCheck, "folded word",
                    check.word);
  } else {
    for (const RowCheck<E>& check : open_level(proof, parameters, previous, parameters.levels.back().queries))
      proof.require(poly::horner<E>(std::span<const E>(last), check.x) == check.value, Code::kRowCheck, "last vector");
  }
}

#define TACIT_INSTANTIATE(E)                                                                                         \
  template void verify_opening<E>(ProofReader<E>&, const Parameters&, const std::vector<StackTrees>&,                \
                                  const CommittedTree&, const OpeningClaims<E>&);                                    \
  template HConstraints<E> initial_constraints<E>(const Parameters&, const OpeningClaims<E>&);                       \
  template E fold_row<E>(const StackFold<E>&, const StackTrees&, const std::vector<std::vector<typename E::Base>>&); \
  template E fold_pad_row<E>(const E&, std::span<const typename E::Base>);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
