// A committed matrix: columns of coefficients, encoded row by row, hashed with salts into a tree.
//
// Over Goldilocks the work is done by simd/encode.h; other fields have a plain version. The codeword is kept while it is
// small; rows of a large one are computed again when they are opened.
//
// Column = polynomial of at most 2^log_domain coefficients (message, then blinding). Row j holds the evaluations at
// ω^{bitrev(j)}. Leaf j = merkle::leaf_digest(tree id, j, salt_j, row).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tacit/base/bytes.h"
#include "tacit/hash/prg.h"
#include "tacit/merkle/tree.h"
#include "tacit/prover/buffer.h"

namespace tacit::prover {

template <class F>
class Matrix {
 public:
  // salts: none for levels of the recursion, whose rows hide nothing.
  Matrix(uint64_t tree_id, int log_rows, int log_domain, std::vector<std::vector<F>> columns,
         std::optional<hash::Seed> salts);

  const hash::Digest& root() const { return tree_->root(); }
  const std::vector<std::vector<F>>& columns() const { return columns_; }
  int log_domain() const { return log_domain_; }
  // Writes salts (if any) and rows at increasing positions, then the sibling digests, as the verifier reads them.
  void open(std::span<const uint64_t> positions, Writer& out) const;

 private:
  std::vector<hash::Digest> encode();
  std::vector<F> rows_at(std::span<const uint64_t> positions) const;

  uint64_t tree_id_;
  int log_rows_;
  int log_domain_;
  std::vector<std::vector<F>> columns_;
  Buffer<F> rows_;  // empty when the codeword is not kept
  std::optional<hash::Seed> salts_;
  std::optional<merkle::Tree> tree_;
};

}  // namespace tacit::prover
