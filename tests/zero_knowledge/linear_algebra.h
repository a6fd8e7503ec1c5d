// Exact linear algebra over the toy field, large enough for the Jacobian of a session of proofs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tacit/field/fields.h"

namespace tacit::zero_knowledge {

using field::Toy;

// Row-major.
class DenseMatrix {
 public:
  DenseMatrix(size_t rows, size_t columns) : rows_(rows), columns_(columns), words_(rows * columns, 0) {}
  size_t rows() const { return rows_; }
  size_t columns() const { return columns_; }
  std::span<int32_t> row(size_t i) { return std::span(words_).subspan(i * columns_, columns_); }
  std::span<const int32_t> row(size_t i) const { return std::span(words_).subspan(i * columns_, columns_); }
  void set(size_t i, size_t j, Toy x) { words_[i * columns_ + j] = static_cast<int32_t>(x.value()); }
  Toy at(size_t i, size_t j) const { return Toy(static_cast<uint64_t>(words_[i * columns_ + j])); }

 private:
  size_t rows_, columns_;
  std::vector<int32_t> words_;  // in [0, 257)
};

// Of matrix·x = rhs with the free unknowns zero. When the system has no solution, x satisfies as many
// independent equations as the rank.
struct Solution {
  size_t rank = 0;
  bool consistent = false;
  std::vector<Toy> x;
};

Solution solve(const DenseMatrix& matrix, std::span<const Toy> rhs);
size_t rank(const DenseMatrix& matrix);

}  // namespace tacit::zero_knowledge
