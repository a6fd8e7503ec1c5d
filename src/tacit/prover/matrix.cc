#include "tacit/prover/matrix.h"

#include <algorithm>

#include "tacit/field/fields.h"
#include "tacit/field/serialize.h"
#include "tacit/merkle/leaf.h"
#include "tacit/merkle/multiproof.h"
#include "tacit/parallel/parallel.h"
#include "tacit/poly/ntt.h"
#include "tacit/prover/kernels.h"
#include "tacit/prover/planted.h"
#include "tacit/prover/tree.h"
#include "tacit/prover/words.h"
#include "tacit/simd/encode.h"
#include "tacit/simd/hash_lanes.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::prover {
namespace {

constexpr size_t kPiece = 2048;  // rows: with their words and elements still in the first two caches

merkle::Salt salt_of(const std::optional<hash::Seed>& seed, uint64_t tree_id, uint64_t row) {
  return seed ? simd::leaf_salt(*seed, tree_id, row) : merkle::Salt{};
}

}  // namespace

template <class F>
Matrix<F>::Matrix(uint64_t tree_id, int log_rows, int log_domain, std::vector<std::vector<F>> columns,
                  std::optional<hash::Seed> salts)
    : shape_{tree_id, log_rows, log_domain}, columns_(std::move(columns)), salts_(std::move(salts)) {
  encode();
}

template <class F>
Matrix<F>::Matrix(Shape shape, Limbs<F> limbs, std::vector<std::vector<F>> columns, const hash::Seed& salts,
                  std::optional<Stored> stored)
    : shape_(shape), limbs_(std::move(limbs)), columns_(std::move(columns)), salts_(salts), stored_(std::move(stored)) {
  if (!stored_ || !stored_->filled) encode();
}

template <class F>
Matrix<F>::~Matrix() {
  secure_wipe(limbs_.blinding.data(), limbs_.blinding.size() * sizeof(F));
  for (auto& column : columns_) secure_wipe(column.data(), column.size() * sizeof(F));
}

template <class F>
std::vector<F> Matrix<F>::coefficients(size_t column) const {
  if (column >= n_limbs()) return columns_[column - n_limbs()];
  const size_t rows = size_t{1} << shape_.log_rows, extra = n_blinding();
  std::vector<F> out(rows + extra);
  limbs_.cells->template read<F>(column, 0, std::span(out).first(rows));
  std::copy_n(limbs_.blinding.data() + column * extra, extra, out.begin() + static_cast<long>(rows));
  return out;
}

template <class F>
std::vector<simd::Column> Matrix<F>::simd_columns() const {
  std::vector<simd::Column> out;
  if constexpr (kIsWords<F>) {
    const size_t extra = n_blinding();
    for (size_t b = 0; b < n_limbs(); ++b) {
      simd::Column& limb = out.emplace_back(limbs_.cells->limb(b));
      limb.blinding = words(limbs_.blinding.data()) + b * extra;
      limb.n_blinding = extra;
    }
    for (const auto& column : columns_) out.push_back({words(column.data()), column.size()});
  }
  return out;
}

// The leaves and the tree; keeps the codeword if it is small.
template <class F>
void Matrix<F>::encode() const {
  const size_t n = size_t{1} << shape_.log_domain;
  rows_ = Buffer<F>(n * width());
  for (size_t c = 0; c < width(); ++c) {
    const std::vector<F> column = coefficients(c), word = poly::evaluate_bitrev<F>(column, shape_.log_domain);
    for (size_t x = 0; x < n; ++x) rows_[x * width() + c] = word[x];
    if (planted(Fault::kZeroPoint) && salts_) rows_[c] = column[0];
  }
  nodes_ = Buffer<hash::Digest>(2 * n - 1);
  std::vector<uint64_t> row(width());
  for (size_t x = 0; x < n; ++x) {
    for (size_t c = 0; c < width(); ++c) row[c] = rows_[x * width() + c].value();
    nodes_[x] = merkle::leaf_digest({shape_.tree_id, x}, salt_of(salts_, shape_.tree_id, x), row);
  }
  hash_tree({nodes_.data(), nodes_.size()});
}

template <>
void Matrix<field::Goldilocks>::encode() const {
  const size_t n = size_t{1} << shape_.log_domain, bytes = n * width() * 8;
  const std::vector<simd::Column> list = simd_columns();
  const simd::Columns columns{static_cast<uint32_t>(shape_.log_rows), static_cast<uint32_t>(shape_.log_domain), list};
  // Rows of levels hide nothing, and carry no salts; all of them are encoded for the hash anyway.
  const bool keep = !stored_ && (!salts_ || bytes <= shape_.kept_codeword);
  if (keep) rows_ = Buffer<field::Goldilocks>(n * width());
  uint64_t* rows = keep ? words(rows_.data()) : stored_ && !stored_->rows.empty() ? stored_->rows.data() : nullptr;
  if (!stored_) nodes_ = Buffer<hash::Digest>(2 * n - 1);
  const std::span<hash::Digest> tree = stored_ ? stored_->nodes : std::span(nodes_.data(), nodes_.size());
  hash::Digest* leaves = tree.data();
  if (salts_) {
    simd::encode_and_hash(columns, {shape_.tree_id, *salts_}, leaves, rows, parallel::run);
  } else {
    simd::encode(columns, rows, parallel::run);
    parallel::parallel_for(0, n, 256, [&](size_t first, size_t last) {
      for (size_t x = first; x < last; ++x)
        leaves[x] = merkle::leaf_digest({shape_.tree_id, x}, {}, {rows + x * width(), width()});
    });
  }
  hash_tree(tree);
}

template <class F>
std::span<const F> Matrix<F>::rows() const {
  if constexpr (kIsWords<F>)
    if (stored_) return {reinterpret_cast<const F*>(stored_->rows.data()), stored_->rows.size()};
  return {rows_.data(), rows_.size()};
}

template <class F>
std::vector<F> Matrix<F>::rows_at(std::span<const uint64_t> positions) const {
  std::vector<F> out(positions.size() * width());
  if constexpr (kIsWords<F>) {
    if (rows().empty()) {
      const std::vector<simd::Column> list = simd_columns();
      simd::evaluate_rows({static_cast<uint32_t>(shape_.log_rows), static_cast<uint32_t>(shape_.log_domain), list},
                          positions, words(out.data()), parallel::run);
      return out;
    }
  }
  for (size_t i = 0; i < positions.size(); ++i)
    std::copy_n(rows().data() + positions[i] * width(), width(), out.begin() + static_cast<long>(i * width()));
  return out;
}

template <class F>
typename Matrix<F>::Opened Matrix<F>::opened(std::span<const uint64_t> positions) const {
  Opened out;
  out.rows = rows_at(positions);
  out.siblings = tree_siblings(nodes(), positions);
  if (salts_)
    for (const uint64_t x : positions) out.salts.push_back(salt_of(salts_, shape_.tree_id, x));
  return out;
}

template <class F>
bool Matrix<F>::holds(std::span<const uint64_t> positions, const Opened& opened) const {
  std::vector<hash::Digest> leaves;
  std::vector<uint64_t> row(width());
  for (size_t i = 0; i < positions.size(); ++i) {
    for (size_t c = 0; c < row.size(); ++c) row[c] = opened.rows[i * row.size() + c].value();
    leaves.push_back(merkle::leaf_digest({shape_.tree_id, positions[i]}, opened.salts[i], row));
  }
  return merkle::verify(root(), static_cast<uint32_t>(shape_.log_domain), positions, leaves, opened.siblings)
      .has_value();
}

template <class F>
void Matrix<F>::open(std::span<const uint64_t> positions, Writer& out) const {
  Opened opened = this->opened(positions);
  if (stored_ && stored_->filled && !holds(positions, opened)) {
    stored_.reset();
    encode();
    opened = this->opened(positions);
  }
  for (size_t i = 0; i < positions.size(); ++i) {
    if (salts_) out.raw(opened.salts[i]);
    for (size_t c = 0; c < width(); ++c) field::write(out, opened.rows[i * width() + c]);
  }
  for (const hash::Digest& sibling : opened.siblings) out.raw(sibling.bytes);
}

template <class F>
template <class E>
std::vector<E> Matrix<F>::limb_products(std::span<const E> x) const {
  const size_t rows = size_t{1} << shape_.log_rows, pieces = (rows + kPiece - 1) / kPiece, limbs = n_limbs();
  std::vector<E> parts(pieces * limbs);
  parallel::parallel_for(0, pieces, 1, [&](size_t piece, size_t) {
    const size_t first = piece * kPiece, count = std::min(kPiece, rows - first);
    F cells[kPiece];
    for (size_t b = 0; b < limbs; ++b) {
      limbs_.cells->template read<F>(b, first, std::span(cells, count));
      parts[piece * limbs + b] = piece_dot<E>(x.subspan(first, count), std::span<const F>(cells, count));
    }
  });
  std::vector<E> out(limbs, E::zero());
  for (size_t i = 0; i < parts.size(); ++i) out[i % limbs] += parts[i];
  return out;
}

template <class F>
template <class E>
void Matrix<F>::fold_limbs(std::span<const E> weights, std::span<E> h) const {
  const size_t rows = size_t{1} << shape_.log_rows, extra = n_blinding();
  const size_t message_pieces = (rows + kPiece - 1) / kPiece, blinding_pieces = (extra + kPiece - 1) / kPiece;
  parallel::parallel_for(0, message_pieces + blinding_pieces, 1, [&](size_t piece, size_t) {
    if (piece >= message_pieces) {
      const size_t first = (piece - message_pieces) * kPiece, count = std::min(kPiece, extra - first);
      for (size_t b = 0; b < n_limbs(); ++b)
        piece_add_scaled<E>(h.subspan(rows + first, count), weights[b],
                            std::span<const F>(limbs_.blinding.data() + b * extra + first, count));
      return;
    }
    const size_t first = piece * kPiece, count = std::min(kPiece, rows - first);
    F cells[kPiece];
    for (size_t b = 0; b < n_limbs(); ++b) {
      limbs_.cells->template read<F>(b, first, std::span(cells, count));
      piece_add_scaled<E>(h.subspan(first, count), weights[b], std::span<const F>(cells, count));
    }
  });
}

template class Matrix<field::Goldilocks>;
template class Matrix<field::Toy>;

#define TACIT_INSTANTIATE(E)                                                           \
  template std::vector<E> Matrix<E::Base>::limb_products<E>(std::span<const E>) const; \
  template void Matrix<E::Base>::fold_limbs<E>(std::span<const E>, std::span<E>) const;
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::prover
