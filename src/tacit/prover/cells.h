// Cells: the values of an oracle in address order, limb after limb, each limb in the fewest bytes that the declared
// ranges of its tensors allow.
//
// The prover reads an oracle many times (code, claims, folds, opened rows); weights of 16 bits stay 16 bits wide, and
// words of the field exist in small pieces only, see read(). Widths are a function of the system as long as the values
// are in their ranges. Immutable; may be read from many threads.
#pragma once

#include <span>
#include <vector>

#include "tacit/prover/buffer.h"
#include "tacit/prover/words.h"
#include "tacit/simd/encode.h"
#include "tacit/statement/system.h"

namespace tacit::prover {

class Cells {
 public:
  // Zero where nothing is placed. Requires a placed system and the values of the oracle's tensors, by tensor.
  Cells(const statement::System& system, std::span<const std::vector<int64_t>> tensors, statement::OracleId oracle);

  // The size of bytes() for an oracle of a placed system.
  static uint64_t bytes_for(const statement::System& system, statement::OracleId oracle);

  size_t limbs() const { return limbs_.size(); }
  int log_rows() const { return log_rows_; }
  // The cells of one limb, without blinding.
  const simd::Column& limb(size_t b) const { return limbs_[b]; }
  size_t bytes() const { return memory_.size(); }

  // Cells [first, first + out.size()) of limb b.
  template <class F>
  void read(size_t b, size_t first, std::span<F> out) const;

 private:
  bool fill(const statement::System& system, std::span<const std::vector<int64_t>> tensors, statement::OracleId oracle);

  int log_rows_;
  std::vector<simd::Column> limbs_;
  Buffer<uint8_t> memory_;
};

}  // namespace tacit::prover
