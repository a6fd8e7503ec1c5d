#include "tacit/prover/matrix.h"

#include <algorithm>

#include "tacit/field/fields.h"
#include "tacit/field/serialize.h"
#include "tacit/merkle/leaf.h"
#include "tacit/parallel/parallel.h"
#include "tacit/poly/ntt.h"
#include "tacit/prover/planted.h"
#include "tacit/prover/words.h"
#include "tacit/simd/encode.h"
#include "tacit/simd/hash_lanes.h"

namespace tacit::prover {
namespace {

constexpr size_t kKeptBytes = size_t{64} << 20;

merkle::Salt salt_of(const std::optional<hash::Seed>& seed, uint64_t tree_id, uint64_t row) {
  return seed ? simd::leaf_salt(*seed, tree_id, row) : merkle::Salt{};
}

void hash_level(std::span<const hash::Digest> lower, std::span<hash::Digest> upper) {
  constexpr size_t kGrain = 1 << 12;
  if (upper.size() <= kGrain) return simd::hash_pairs(lower, upper);
  // Node j needs j and j + half: a piece of the upper level is not a level of its own, so pairs are copied together.
  parallel::parallel_for(0, upper.size(), kGrain, [&](size_t first, size_t last) {
    std::vector<hash::Digest> pairs(lower.begin() + static_cast<long>(first), lower.begin() + static_cast<long>(last));
    pairs.insert(pairs.end(), lower.begin() + static_cast<long>(upper.size() + first),
                 lower.begin() + static_cast<long>(upper.size() + last));
    simd::hash_pairs(pairs, upper.subspan(first, last - first));
  });
}

std::vector<const uint64_t*> column_words(const std::vector<std::vector<field::Goldilocks>>& columns) {
  std::vector<const uint64_t*> out;
  for (const auto& column : columns) out.push_back(words(column.data()));
  return out;
}

}  // namespace

template <class F>
Matrix<F>::Matrix(uint64_t tree_id, int log_rows, int log_domain, std::vector<std::vector<F>> columns,
                  std::optional<hash::Seed> salts)
    : tree_id_(tree_id),
      log_rows_(log_rows),
      log_domain_(log_domain),
      columns_(std::move(columns)),
      salts_(std::move(salts)) {
  // Limbs with less blinding than others of their stack are zero-extended.
  size_t longest = 0;
  for (const auto& column : columns_) longest = std::max(longest, column.size());
  for (auto& column : columns_) column.resize(longest, F::zero());
  tree_.emplace(encode(), hash_level);
}

// The leaves; keeps the codeword.
template <class F>
std::vector<hash::Digest> Matrix<F>::encode() {
  const size_t n = size_t{1} << log_domain_, width = columns_.size();
  rows_ = Buffer<F>(n * width);
  for (size_t c = 0; c < width; ++c) {
    const std::vector<F> word = poly::evaluate_bitrev<F>(columns_[c], log_domain_);
    for (size_t x = 0; x < n; ++x) rows_[x * width + c] = word[x];
    if (planted(Fault::kZeroPoint) && salts_) rows_[c] = columns_[c][0];
  }
  std::vector<hash::Digest> leaves(n);
  std::vector<uint64_t> row(width);
  for (size_t x = 0; x < n; ++x) {
    for (size_t c = 0; c < width; ++c) row[c] = rows_[x * width + c].value();
    leaves[x] = merkle::leaf_digest({tree_id_, x}, salt_of(salts_, tree_id_, x), row);
  }
  return leaves;
}

template <>
std::vector<hash::Digest> Matrix<field::Goldilocks>::encode() {
  const size_t n = size_t{1} << log_domain_, width = columns_.size();
  const bool keep = n * width * 8 <= kKeptBytes;
  const std::vector<const uint64_t*> pointers = column_words(columns_);
  const simd::Columns columns{static_cast<uint32_t>(log_rows_), static_cast<uint32_t>(log_domain_), pointers,
                              columns_[0].size()};
  std::vector<hash::Digest> leaves(n);
  if (keep) rows_ = Buffer<field::Goldilocks>(n * width);
  uint64_t* rows = keep ? words(rows_.data()) : nullptr;
  if (salts_) {
    simd::encode_and_hash(columns, {tree_id_, *salts_}, leaves.data(), rows, parallel::run);
    return leaves;
  }
  // Levels of the recursion carry no salts.
  TACIT_CHECK(keep);
  simd::encode(columns, rows, parallel::run);
  parallel::parallel_for(0, n, 256, [&](size_t first, size_t last) {
    for (size_t x = first; x < last; ++x) leaves[x] = merkle::leaf_digest({tree_id_, x}, {}, {rows + x * width, width});
  });
  return leaves;
}

template <class F>
std::vector<F> Matrix<F>::rows_at(std::span<const uint64_t> positions) const {
  const size_t width = columns_.size();
  std::vector<F> out(positions.size() * width);
  if (rows_.size() > 0) {
    for (size_t i = 0; i < positions.size(); ++i)
      std::copy_n(rows_.data() + positions[i] * width, width, out.begin() + static_cast<long>(i * width));
  } else if constexpr (std::is_same_v<F, field::Goldilocks>) {
    const std::vector<const uint64_t*> pointers = column_words(columns_);
    simd::evaluate_rows(
        {static_cast<uint32_t>(log_rows_), static_cast<uint32_t>(log_domain_), pointers, columns_[0].size()}, positions,
        words(out.data()), parallel::run);
  }
  return out;
}

template <class F>
void Matrix<F>::open(std::span<const uint64_t> positions, Writer& out) const {
  const std::vector<F> rows = rows_at(positions);
  for (size_t i = 0; i < positions.size(); ++i) {
    if (salts_) out.raw(salt_of(salts_, tree_id_, positions[i]));
    for (size_t c = 0; c < columns_.size(); ++c) field::write(out, rows[i * columns_.size() + c]);
  }
  for (const hash::Digest& sibling : tree_->open(positions)) out.raw(sibling.bytes);
}

template class Matrix<field::Goldilocks>;
template class Matrix<field::Toy>;

}  // namespace tacit::prover
