// The opened rows of a proof, tree by tree, and a way to commit to other rows after the fact.
//
// Under predictable coins nothing depends on a root but the check of its own rows. So a cheat that commits to
// anything at all is a valid proof with changed rows and the root of a tree that holds them.
#pragma once

#include <cstring>

#include "sample.h"
#include "tacit/merkle/leaf.h"
#include "tacit/merkle/multiproof.h"
#include "tacit/merkle/tree.h"

namespace tacit::soundness {

struct OpenedTree {
  std::string name;
  verifier::CommittedTree tree;
  int log_n = 0;
  std::vector<uint64_t> positions;
  std::vector<size_t> salts, rows;  // offsets in the proof; levels have no salts
  std::vector<size_t> siblings;
  std::optional<size_t> root;  // offset in the proof; else a root of the statement
  size_t statement_root = 0;
};

// Walks the fields of a proof of `instance` in the order in which they are read.
template <class E>
std::vector<OpenedTree> opened_trees(const Instance<E>& instance, const PredictableCoins& coins,
                                     const std::vector<verifier::Field>& fields) {
  const Parameters& p = instance.parameters;
  std::vector<size_t> own, level;
  for (const verifier::Field& f : fields) {
    if (std::string_view(f.name) == "root") own.push_back(f.offset);
    if (std::string_view(f.name) == "level_root") level.push_back(f.offset);
  }
  std::vector<OpenedTree> out;
  uint64_t draw = 0;
  const auto add = [&](std::string name, uint64_t id, uint32_t words, int log_n, uint32_t queries,
                       std::optional<size_t> root, size_t statement_root) {
    out.push_back({std::move(name),
                   {id, {}, words},
                   log_n,
                   coins.predict_positions(draw, log_n, queries),
                   {},
                   {},
                   {},
                   root,
                   statement_root});
  };
  size_t n_own = 0, n_fixed = 0;
  std::vector<std::optional<size_t>> oracle_root;
  std::vector<size_t> fixed_root;
  for (const auto& oracle : instance.sample.system.oracles) {
    const bool is_own = oracle.kind == statement::OracleKind::kActivations;
    oracle_root.push_back(is_own ? std::optional(own[n_own++]) : std::nullopt);
    fixed_root.push_back(is_own ? 0 : n_fixed++);
  }
  for (size_t s = 0; s < p.stacks.size(); ++s, ++draw) {
    const verifier::Stack& stack = p.stacks[s];
    const int mask = verifier::mask_oracle(instance.sample.system, stack);
    for (size_t i = 0; i < stack.oracles.size(); ++i) {
      const uint32_t o = stack.oracles[i];
      add("oracle " + std::to_string(o), verifier::oracle_tree_id(instance.sample.system, o),
          instance.sample.system.oracles[o].limbs + (mask == static_cast<int>(i) ? E::kDegree : 0), stack.log_domain,
          stack.queries, oracle_root[o], fixed_root[o]);
    }
    if (mask < 0)
      add("mask " + std::to_string(s), verifier::mask_tree_id(s), E::kDegree, stack.log_domain, stack.queries,
          own[n_own++], 0);
  }
  add("pads", verifier::kPadsTreeId, 2 * E::kDegree, p.pads.log_domain, p.pads.queries, own[n_own], 0);
  for (size_t l = 0; l < p.levels.size(); ++l) {
    ++draw;
    const uint64_t columns = l == 0 ? ((verifier::h_length(p) - 1) >> p.levels[0].log_rows) + 1
                                    : uint64_t{1} << verifier::level_rounds(p, l);
    add("level " + std::to_string(l), verifier::level_tree_id(l), static_cast<uint32_t>(columns * E::kDegree),
        p.levels[l].log_domain, p.levels[l].queries, level[l], 0);
  }
  // Fields of rows come tree by tree: rows, then siblings.
  size_t tree = 0;
  for (const verifier::Field& f : fields) {
    const std::string_view name = f.name;
    if (name != "salt" && name != "row" && name != "sibling") continue;
    while (name != "sibling" && out[tree].rows.size() == out[tree].positions.size()) ++tree;
    (name == "salt" ? out[tree].salts : name == "row" ? out[tree].rows : out[tree].siblings).push_back(f.offset);
  }
  EXPECT_EQ(tree + 1, out.size());
  return out;
}

// Gives the tree the rows that stand in the proof now; all its other rows become unknown.
template <class E>
void commit_again(Instance<E>& instance, Bytes& proof, const OpenedTree& opened) {
  std::vector<hash::Digest> leaves(size_t{1} << opened.log_n);
  for (size_t i = 0; i < opened.positions.size(); ++i) {
    merkle::Salt salt{};
    if (!opened.salts.empty()) std::memcpy(salt.data(), &proof[opened.salts[i]], 32);
    std::vector<uint64_t> words(opened.tree.words);
    std::memcpy(words.data(), &proof[opened.rows[i]], 8 * words.size());
    leaves[opened.positions[i]] = merkle::leaf_digest({opened.tree.id, opened.positions[i]}, salt, words);
  }
  const merkle::Tree tree(std::move(leaves));
  const std::vector<hash::Digest> siblings = tree.open(opened.positions);
  ASSERT_EQ(siblings.size(), opened.siblings.size());
  for (size_t i = 0; i < siblings.size(); ++i) std::memcpy(&proof[opened.siblings[i]], siblings[i].bytes.data(), 32);
  if (opened.root) {
    std::memcpy(&proof[*opened.root], tree.root().bytes.data(), 32);
  } else {
    instance.roots[opened.statement_root] = tree.root();
  }
}

// Adds to the scalar or word at an offset.
template <class T>
void add_at(Bytes& proof, size_t offset, const T& value) {
  for (int i = 0; i < T::kDegree; ++i) {
    uint64_t word;
    std::memcpy(&word, &proof[offset + 8 * static_cast<size_t>(i)], 8);
    word = (typename T::Base(word) + value[i]).value();
    std::memcpy(&proof[offset + 8 * static_cast<size_t>(i)], &word, 8);
  }
}

// The offset of element `index` of the n-th field with this name.
template <class E>
size_t offset_of(const std::vector<verifier::Field>& fields, std::string_view name, size_t n, size_t index) {
  for (const verifier::Field& f : fields)
    if (f.name == name && n-- == 0) return f.offset + index * 8 * E::kDegree;
  ADD_FAILURE() << "no field " << name;
  return 0;
}

}  // namespace tacit::soundness
