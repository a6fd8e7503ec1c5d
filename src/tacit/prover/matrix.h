// A committed matrix: columns of coefficients, encoded row by row, hashed with salts into a tree.
//
// Column = polynomial of at most 2^log_domain coefficients (message, then blinding). Row j holds the evaluations at
// ω^{bitrev(j)}. Leaf j = merkle::leaf_digest(tree id, j, salt_j, row).
//
// Over Goldilocks the work is done by simd/encode.h, from cells as they lie in memory; other fields have a plain
// version. A codeword is kept while it is small, or when its rows hide nothing and are read at once; rows of a large one
// are computed again when they are opened. Either way the same bytes are sent.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tacit/base/bytes.h"
#include "tacit/hash/prg.h"
#include "tacit/merkle/leaf.h"
#include "tacit/prover/buffer.h"
#include "tacit/prover/cells.h"
#include "tacit/prover/memory_model.h"

namespace tacit::prover {

// The limbs of an oracle: cells, each limb followed by the same number of words of blinding.
template <class F>
struct Limbs {
  std::shared_ptr<const Cells> cells;
  Buffer<F> blinding;
};

// Memory for a commitment outside of the matrix, such as a mapped file: the nodes of its tree, leaves first, and its
// codeword row by row, unless that is empty. Whoever fills it need not be trusted: what is opened is checked against the
// root, and when it is wrong the commitment is computed anew.
struct Stored {
  std::shared_ptr<const void> owner;
  std::span<hash::Digest> nodes;
  std::span<uint64_t> rows;
  bool filled = false;  // else the matrix fills it
};

template <class F>
class Matrix {
 public:
  struct Shape {
    uint64_t tree_id;
    int log_rows, log_domain;
    uint64_t kept_codeword = MemoryPlan{}.kept_codeword;
  };
  // salts: none for levels of the recursion, whose rows hide nothing.
  Matrix(uint64_t tree_id, int log_rows, int log_domain, std::vector<std::vector<F>> columns,
         std::optional<hash::Seed> salts);
  // An oracle's limbs, then further columns, each with its blinding. With a filled `stored` nothing is computed.
  Matrix(Shape shape, Limbs<F> limbs, std::vector<std::vector<F>> columns, const hash::Seed& salts,
         std::optional<Stored> stored = {});
  Matrix(Matrix&&) = default;
  // What was there is wiped.
  Matrix& operator=(Matrix&& other) {
    if (this != &other) {
      std::destroy_at(this);
      std::construct_at(this, std::move(other));
    }
    return *this;
  }
  ~Matrix();

  const hash::Digest& root() const { return nodes().back(); }
  const Shape& shape() const { return shape_; }
  const std::shared_ptr<const Cells>& cells() const { return limbs_.cells; }
  size_t width() const { return n_limbs() + columns_.size(); }
  // The coefficients of one column.
  std::vector<F> coefficients(size_t column) const;

  // ⟨message of limb b, x⟩ for each limb.
  template <class E>
  std::vector<E> limb_products(std::span<const E> x) const;
  // h += Σ_b weights[b] · limb b, blinding included.
  template <class E>
  void fold_limbs(std::span<const E> weights, std::span<E> h) const;

  // Writes salts (if any) and rows at increasing positions, then the sibling digests, as the verifier reads them.
  void open(std::span<const uint64_t> positions, Writer& out) const;

 private:
  struct Opened {
    std::vector<merkle::Salt> salts;
    std::vector<F> rows;
    std::vector<hash::Digest> siblings;
  };
  Opened opened(std::span<const uint64_t> positions) const;
  // Do these rows hash to the root?
  bool holds(std::span<const uint64_t> positions, const Opened& opened) const;
  std::span<const hash::Digest> nodes() const {
    return stored_ ? std::span<const hash::Digest>(stored_->nodes) : std::span(nodes_.data(), nodes_.size());
  }
  // The codeword, empty when it is not at hand.
  std::span<const F> rows() const;
  size_t n_limbs() const { return limbs_.cells ? limbs_.cells->limbs() : 0; }
  size_t n_blinding() const { return n_limbs() == 0 ? 0 : limbs_.blinding.size() / n_limbs(); }
  std::vector<simd::Column> simd_columns() const;
  void encode() const;
  std::vector<F> rows_at(std::span<const uint64_t> positions) const;

  Shape shape_;
  Limbs<F> limbs_;
  std::vector<std::vector<F>> columns_;
  std::optional<hash::Seed> salts_;
  // Computed anew by open() if `stored_` turns out to be wrong.
  mutable Buffer<F> rows_;
  mutable Buffer<hash::Digest> nodes_;
  mutable std::optional<Stored> stored_;
};

}  // namespace tacit::prover
