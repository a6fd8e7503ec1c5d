#include "tacit/prover/block_claim.h"

#include <algorithm>
#include <map>

#include "tacit/prover/claim.h"
#include "tacit/prover/kernels.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::prover {
namespace {

using statement::Axis;
using statement::Tensor;
using verifier::AxisWeight;
using verifier::Weight;

// Vectors up to scalars: the first of each kind stands for all of them.
template <class E>
class Kinds {
 public:
  // The kind of a vector that isn't zero, and the factor between it and that kind's first.
  std::pair<uint32_t, E> find(std::vector<E> v) {
    const auto nonzero = std::find_if(v.begin(), v.end(), [](const E& x) { return !(x == E::zero()); });
    const size_t at = static_cast<size_t>(nonzero - v.begin());
    for (uint32_t k = 0; k < first_.size(); ++k) {
      if (at_[k] != at || first_[k].size() != v.size()) continue;
      const E factor = v[at] * inverse_[k];
      size_t i = at + 1;
      while (i < v.size() && v[i] == factor * first_[k][i]) ++i;
      if (i == v.size()) return {k, factor};
    }
    at_.push_back(at);
    inverse_.push_back(v[at].inverse());
    first_.push_back(std::move(v));
    return {static_cast<uint32_t>(first_.size() - 1), E::one()};
  }
  const std::vector<E>& first(uint32_t kind) const { return first_[kind]; }

 private:
  std::vector<std::vector<E>> first_;
  std::vector<size_t> at_;  // of the first nonzero entry
  std::vector<E> inverse_;  // of that entry
};

constexpr uint32_t kNone = ~uint32_t{0};  // the kind of a single index

// A piece of one axis: 2^low indices inside a strip, as far as they lie in a row.
template <class E>
struct AxisPiece {
  uint64_t strip = 0;
  uint64_t offset = 0;  // of its place in a block
  uint32_t kind = kNone;
  E factor = E::one();
};

template <class E>
class Builder {
 public:
  Builder(const statement::System& system, statement::OracleId oracle, int log_row)
      : system_(system), log_rows_(system.oracles[oracle].log_address() - log_row) {
    out_.log_row = log_row;
  }

  void add(const ScaledFunctional<E>& item) {
    const Tensor& tensor = system_.tensors[item.functional->id];
    const Weight<E>& weight = item.functional->weight;
    if (tensor.space.log_block() < out_.log_row) return add_small(tensor, weight, item.scale);
    const std::vector<Axis>& axes = tensor.space.axes;
    std::vector<std::vector<AxisPiece<E>>> pieces(axes.size());
    int left = out_.log_row, shift = 0;
    for (size_t a = axes.size(); a-- > 0;) {
      const int low = std::min<int>(axes[a].log_strip, left);
      pieces[a] = cut(axes[a], weight.axes[a], low, shift);
      left -= low;
      shift += axes[a].log_strip;
    }
    std::vector<uint32_t> kinds;
    visit(tensor, pieces, 0, 0, tensor.base, item.scale * weight.factor, kinds);
  }

  size_t n_patterns() const { return out_.patterns.size() + small_.size(); }

  BlockWeights<E> finish() {
    for (auto& [row, weights] : small_) {
      out_.patterns.push_back(std::move(weights));
      out_.scalars.emplace_back(size_t{1} << log_rows_, E::zero())[row] = E::one();
    }
    return std::move(out_);
  }

 private:
  std::vector<AxisPiece<E>> cut(const Axis& axis, const AxisWeight<E>& weight, int low, int shift) {
    std::vector<AxisPiece<E>> out;
    const uint64_t size = uint64_t{1} << low, begin = weight.begin, end = begin + weight.values.size();
    for (uint64_t q = begin >> low; q << low < end; ++q) {
      AxisPiece<E> piece{q << low >> axis.log_strip, ((q << low) & (axis.strip() - 1)) << shift};
      std::vector<E> values(size, E::zero());
      for (uint64_t i = std::max(begin, q << low); i < std::min(end, (q + 1) << low); ++i)
        values[i - (q << low)] = weight.values[i - begin];
      if (std::all_of(values.begin(), values.end(), [](const E& x) { return x == E::zero(); })) continue;
      if (low == 0) {
        piece.factor = values[0];
      } else {
        std::tie(piece.kind, piece.factor) = kinds_.find(std::move(values));
      }
      out.push_back(piece);
    }
    return out;
  }

  // All products of pieces; `block` is the number of the block so far, `at` the address.
  void visit(const Tensor& tensor, const std::vector<std::vector<AxisPiece<E>>>& pieces, size_t a, uint64_t block,
             uint64_t at, const E& factor, std::vector<uint32_t>& kinds) {
    if (a == pieces.size()) {
      scalars_of(kinds)[(at + (block << tensor.space.log_block())) >> out_.log_row] += factor;
      return;
    }
    for (const AxisPiece<E>& piece : pieces[a]) {
      if (piece.kind != kNone) kinds.push_back(piece.kind);
      visit(tensor, pieces, a + 1, block * tensor.space.axes[a].strips() + piece.strip, at + piece.offset,
            factor * piece.factor, kinds);
      if (piece.kind != kNone) kinds.pop_back();
    }
  }

  // The scalars of the pattern that is the product of these kinds, the last one fastest.
  std::vector<E>& scalars_of(const std::vector<uint32_t>& kinds) {
    const auto [found, fresh] = patterns_.try_emplace(kinds, out_.patterns.size());
    if (fresh) {
      std::vector<E> pattern{E::one()};
      for (const uint32_t kind : kinds) {
        std::vector<E> longer;
        for (const E& x : pattern)
          for (const E& y : kinds_.first(kind)) longer.push_back(x * y);
        pattern = std::move(longer);
      }
      TACIT_CHECK(pattern.size() == size_t{1} << out_.log_row);
      out_.patterns.push_back(std::move(pattern));
      out_.scalars.emplace_back(size_t{1} << log_rows_, E::zero());
    }
    return out_.scalars[found->second];
  }

  // Tensors of blocks smaller than a row: the rows that they touch are patterns of their own.
  void add_small(Tensor tensor, const Weight<E>& weight, const E& scale) {
    const uint64_t base = tensor.base, mask = (uint64_t{1} << out_.log_row) - 1;
    tensor.base = 0;
    std::vector<E> places(tensor.space.places(), E::zero());
    add_weight<E>(tensor, weight, scale, places);
    for (uint64_t i = 0; i < places.size(); ++i) {
      std::vector<E>& row = small_[(base + i) >> out_.log_row];
      if (row.empty()) row.assign(mask + 1, E::zero());
      row[(base + i) & mask] += places[i];
    }
  }

  const statement::System& system_;
  int log_rows_;
  BlockWeights<E> out_;
  Kinds<E> kinds_;
  std::map<std::vector<uint32_t>, size_t> patterns_;
  std::map<uint64_t, std::vector<E>> small_;  // by row
};

constexpr size_t kPiece = 2048;  // cells that are words of the field at a time

template <class E>
class BlockRounds final : public TopRounds<E> {
  using F = typename E::Base;

 public:
  BlockRounds(const Cells& cells, BlockWeights<E> weights) : cells_(cells), w_(std::move(weights)) {
    TACIT_CHECK(w_.log_row <= cells.log_rows());
    if (w_.patterns.empty()) {
      w_.patterns.emplace_back(size_t{1} << w_.log_row, E::zero());
      w_.scalars.emplace_back(size_t{1} << (cells.log_rows() + statement::log2_ceil(cells.limbs()) - w_.log_row),
                              E::zero());
    }
    products();
  }

  int bits() const override { return w_.log_row + statement::log2_ceil(sums_[0].size()); }
  E sum() const override {
    E out = E::zero();
    for (size_t c = 0; c < sums_.size(); ++c) out += dot<E>(w_.scalars[c], sums_[c]);
    return out;
  }
  std::array<E, 2> message() const override {
    std::array<E, 2> out{E::zero(), E::zero()};
    for (size_t c = 0; c < sums_.size(); ++c) {
      const auto part = quadratic_message<E>(w_.scalars[c], sums_[c]);
      out[0] += part[0];
      out[1] += part[1];
    }
    return out;
  }
  bool bind(const E& r) override {
    for (auto* vectors : {&w_.scalars, &sums_})
      for (std::vector<E>& v : *vectors) fold_top<E>(v, r);
    point_.insert(point_.begin(), r);
    return sums_[0].size() == 1;
  }
  void rest(std::vector<E>& a, std::vector<E>& c) override {
    const size_t row = size_t{1} << w_.log_row;
    a.assign(row, E::zero());
    for (size_t k = 0; k < w_.patterns.size(); ++k) add_scaled<E, E>(a, w_.scalars[k][0], w_.patterns[k]);
    c.assign(row, E::zero());
    const std::vector<E> eq = scaled_eq_table<E>(point_, E::one());
    const size_t rows = n_rows(), step = std::min(kPiece, row);
    parallel::parallel_for(0, row, step, [&](size_t first, size_t last) {
      F cells[kPiece];
      for (size_t hi = 0; hi < rows; ++hi) {
        const std::span<F> piece(cells, last - first);
        read(hi, first, piece);
        piece_add_scaled<E>(std::span(c).subspan(first, last - first), eq[hi], piece);
      }
    });
  }

 private:
  size_t n_rows() const { return cells_.limbs() << (cells_.log_rows() - w_.log_row); }
  void read(size_t hi, size_t first, std::span<F> out) const {
    const int bits = cells_.log_rows() - w_.log_row;
    cells_.read<F>(hi >> bits, ((hi & ((size_t{1} << bits) - 1)) << w_.log_row) + first, out);
  }

  // G_c[hi] for the rows that exist.
  void products() {
    sums_.assign(w_.patterns.size(), std::vector<E>(w_.scalars[0].size(), E::zero()));
    const size_t row = size_t{1} << w_.log_row, step = std::min(kPiece, row);
    parallel::parallel_for(0, n_rows(), std::max<size_t>(1, (size_t{1} << 15) / row), [&](size_t begin, size_t end) {
      F cells[kPiece];
      for (size_t hi = begin; hi < end; ++hi)
        for (size_t first = 0; first < row; first += step) {
          read(hi, first, std::span<F>(cells, step));
          for (size_t c = 0; c < w_.patterns.size(); ++c)
            sums_[c][hi] +=
                piece_dot<E>(std::span<const E>(w_.patterns[c]).subspan(first, step), std::span<const F>(cells, step));
        }
    });
  }

  const Cells& cells_;
  BlockWeights<E> w_;
  std::vector<std::vector<E>> sums_;
  std::vector<E> point_;  // of the bound bits, lowest first
};

}  // namespace

template <class E>
std::optional<BlockWeights<E>> block_weights(const statement::System& system, statement::OracleId oracle, int log_row,
                                             std::span<const ScaledFunctional<E>> list, size_t most) {
  Builder<E> builder(system, oracle, log_row);
  for (const ScaledFunctional<E>& item : list) {
    builder.add(item);
    if (builder.n_patterns() > most) return {};
  }
  return builder.finish();
}

template <class E>
std::unique_ptr<TopRounds<E>> block_rounds(const Cells& cells, BlockWeights<E> weights) {
  return std::make_unique<BlockRounds<E>>(cells, std::move(weights));
}

#define TACIT_INSTANTIATE(E)                                                                                   \
  template std::optional<BlockWeights<E>> block_weights<E>(const statement::System&, statement::OracleId, int, \
                                                           std::span<const ScaledFunctional<E>>, size_t);      \
  template std::unique_ptr<TopRounds<E>> block_rounds<E>(const Cells&, BlockWeights<E>);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::prover
