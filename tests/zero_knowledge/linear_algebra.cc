#include "zero_knowledge/linear_algebra.h"

#include <algorithm>

namespace tacit::zero_knowledge {
namespace {

static_assert(Toy::kModulus == 257);

// y += k·x mod 257, by 256 = −1: t = 256·h + l is l − h, in [−257, 255] for t ≤ 256 + 256².
void add_multiple(std::span<int32_t> y, int32_t k, std::span<const int32_t> x) {
  for (size_t i = 0; i < y.size(); ++i) {
    const int32_t t = y[i] + k * x[i];
    const int32_t r = (t & 255) - (t >> 8);
    y[i] = r + ((r >> 31) & 257);
  }
}

// Row echelon form over the first `n_columns` columns; returns the columns of the pivots, which are one.
std::vector<size_t> eliminate(DenseMatrix& m, size_t n_columns) {
  std::vector<size_t> pivots;
  for (size_t c = 0; c < n_columns && pivots.size() < m.rows(); ++c) {
    const size_t top = pivots.size();
    size_t found = top;
    while (found < m.rows() && m.row(found)[c] == 0) ++found;
    if (found == m.rows()) continue;
    if (found != top) std::swap_ranges(m.row(top).begin(), m.row(top).end(), m.row(found).begin());
    const auto pivot = m.row(top).subspan(c);
    const Toy inverse = m.at(top, c).inverse();
    for (int32_t& w : pivot) w = static_cast<int32_t>((Toy(static_cast<uint64_t>(w)) * inverse).value());
    for (size_t i = found + 1; i < m.rows(); ++i)
      if (const int32_t k = m.row(i)[c]; k != 0) add_multiple(m.row(i).subspan(c), 257 - k, pivot);
    pivots.push_back(c);
  }
  return pivots;
}

}  // namespace

Solution solve(const DenseMatrix& matrix, std::span<const Toy> rhs) {
  const size_t n = matrix.columns();
  DenseMatrix m(matrix.rows(), n + 1);
  for (size_t i = 0; i < m.rows(); ++i) {
    std::copy(matrix.row(i).begin(), matrix.row(i).end(), m.row(i).begin());
    m.set(i, n, rhs[i]);
  }
  const std::vector<size_t> pivots = eliminate(m, n);
  Solution out{pivots.size(), true, std::vector<Toy>(n)};
  for (size_t i = pivots.size(); i < m.rows(); ++i) out.consistent &= m.row(i)[n] == 0;
  for (size_t i = pivots.size(); i-- > 0;) {
    Toy sum = m.at(i, n);
    for (size_t k = i + 1; k < pivots.size(); ++k) sum -= m.at(i, pivots[k]) * out.x[pivots[k]];
    out.x[pivots[i]] = sum;
  }
  return out;
}

size_t rank(const DenseMatrix& matrix) {
  DenseMatrix m = matrix;
  return eliminate(m, m.columns()).size();
}

}  // namespace tacit::zero_knowledge
