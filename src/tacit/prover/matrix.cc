#include "tacit/prover/matrix.h"

#include <algorithm>

#include "tacit/field/fields.h"
#include "tacit/field/serialize.h"
#include "tacit/merkle/leaf.h"
#include "tacit/poly/ntt.h"
#include "tacit/prover/planted.h"

namespace tacit::prover {
namespace {

merkle::Salt salt_of(const std::optional<hash::Seed>& seed, uint64_t tree_id, uint64_t row) {
  if (!seed) return {};
  const uint64_t indices[2] = {tree_id, row};
  return hash::Prg::derive(*seed, "salt", indices);
}

}  // namespace

template <class F>
Matrix<F>::Matrix(uint64_t tree_id, int log_domain, std::vector<std::vector<F>> columns,
                  std::optional<hash::Seed> salts)
    : tree_id_(tree_id), log_domain_(log_domain), columns_(std::move(columns)), salts_(std::move(salts)) {
  const size_t n = size_t{1} << log_domain, width = columns_.size();
  rows_.resize(n * width);
  for (size_t c = 0; c < width; ++c) {
    const std::vector<F> word = poly::evaluate_bitrev<F>(columns_[c], log_domain);
    for (size_t x = 0; x < n; ++x) rows_[x * width + c] = word[x];
    if (planted(Fault::kZeroPoint) && salts_) rows_[c] = columns_[c][0];
  }
  std::vector<hash::Digest> leaves(n);
  std::vector<uint64_t> words(width);
  for (size_t x = 0; x < n; ++x) {
    for (size_t c = 0; c < width; ++c) words[c] = rows_[x * width + c].value();
    leaves[x] = merkle::leaf_digest({tree_id, x}, salt_of(salts_, tree_id, x), words);
  }
  tree_.emplace(std::move(leaves));
}

template <class F>
void Matrix<F>::open(std::span<const uint64_t> positions, Writer& out) const {
  for (uint64_t x : positions) {
    if (salts_) out.raw(salt_of(salts_, tree_id_, x));
    for (const F& value : row(x)) field::write(out, value);
  }
  for (const hash::Digest& sibling : tree_->open(positions)) out.raw(sibling.bytes);
}

template class Matrix<field::Goldilocks>;
template class Matrix<field::Toy>;

}  // namespace tacit::prover
