#include "tacit/prover/cells.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>

#include "tacit/base/check.h"
#include "tacit/parallel/parallel.h"

namespace tacit::prover {
namespace {

using simd::CellType;
using statement::System;
using statement::Tensor;

template <class T>
bool holds(int64_t low, int64_t high) {
  return low >= std::numeric_limits<T>::min() && high <= std::numeric_limits<T>::max();
}

CellType type_for(statement::Interval range) {
  return holds<int16_t>(range.low, range.high)   ? CellType::kInt16
         : holds<int32_t>(range.low, range.high) ? CellType::kInt32
                                                 : CellType::kInt64;
}

// The largest number of leaves, and so of any multiplicity.
int64_t largest_count(const System& system) {
  uint64_t leaves = 0;
  for (const statement::Lookup& lookup : system.lookups) leaves += lookup.labels.places();
  return static_cast<int64_t>(leaves);
}

std::vector<CellType> types_of_tensors(const System& system) {
  std::vector<CellType> types;
  for (const Tensor& tensor : system.tensors) types.push_back(type_for(tensor.range));
  const CellType count = type_for({0, largest_count(system)});
  for (const statement::Table& table : system.tables)
    for (const statement::Segment& segment : table.segments) types[segment.multiplicity] = count;
  return types;
}

std::vector<CellType> types_of_limbs(const System& system, statement::OracleId oracle) {
  const int log_rows = system.oracles[oracle].log_rows;
  std::vector<CellType> limbs(system.oracles[oracle].limbs, CellType::kInt16);
  const std::vector<CellType> types = types_of_tensors(system);
  for (size_t i = 0; i < system.tensors.size(); ++i) {
    const Tensor& tensor = system.tensors[i];
    if (tensor.oracle != oracle || tensor.space.places() == 0) continue;
    for (uint64_t b = tensor.base >> log_rows; b <= (tensor.base + tensor.space.places() - 1) >> log_rows; ++b)
      limbs[b] = std::max(limbs[b], types[i]);
  }
  return limbs;
}

// Bytes of a limb, in whole cache lines.
size_t limb_bytes(int log_rows, CellType type) { return ((simd::cell_bytes(type) << log_rows) + 63) / 64 * 64; }

// Values as T; false when one doesn't fit.
template <class T>
bool copy(const int64_t* values, size_t count, void* out) {
  T* cells = static_cast<T*>(out);
  int64_t lost = 0;
  for (size_t i = 0; i < count; ++i) {
    cells[i] = static_cast<T>(values[i]);
    lost |= cells[i] ^ values[i];
  }
  return lost == 0;
}

bool copy(CellType type, const int64_t* values, size_t count, void* out) {
  if (type == CellType::kInt16) return copy<int16_t>(values, count, out);
  if (type == CellType::kInt32) return copy<int32_t>(values, count, out);
  return copy<int64_t>(values, count, out);
}

}  // namespace

Cells::Cells(const System& system, std::span<const std::vector<int64_t>> tensors, statement::OracleId oracle)
    : log_rows_(system.oracles[oracle].log_rows) {
  for (const CellType type : types_of_limbs(system, oracle)) limbs_.push_back({.type = type});
  if (fill(system, tensors, oracle)) return;
  // Values outside their declared ranges make an invalid proof, or none; they are kept as they are.
  for (simd::Column& limb : limbs_) limb.type = CellType::kInt64;
  TACIT_CHECK(fill(system, tensors, oracle));
}

uint64_t Cells::bytes_for(const System& system, statement::OracleId oracle) {
  uint64_t bytes = 0;
  for (const CellType type : types_of_limbs(system, oracle)) bytes += limb_bytes(system.oracles[oracle].log_rows, type);
  return bytes;
}

bool Cells::fill(const System& system, std::span<const std::vector<int64_t>> tensors, statement::OracleId oracle) {
  const size_t rows = size_t{1} << log_rows_;
  std::vector<size_t> begin(limbs_.size() + 1, 0);
  for (size_t b = 0; b < limbs_.size(); ++b) begin[b + 1] = begin[b] + limb_bytes(log_rows_, limbs_[b].type);
  memory_ = Buffer<uint8_t>(begin.back());
  parallel::parallel_for(0, limbs_.size(), 1, [&](size_t first, size_t last) {
    for (size_t b = first; b < last; ++b) {
      std::memset(memory_.data() + begin[b], 0, begin[b + 1] - begin[b]);
      limbs_[b] = {memory_.data() + begin[b], rows, limbs_[b].type};
    }
  });
  std::atomic<bool> whole = true;
  for (size_t i = 0; i < system.tensors.size(); ++i) {
    const Tensor& tensor = system.tensors[i];
    if (tensor.oracle != oracle) continue;
    const std::vector<int64_t>& values = tensors[i];
    TACIT_CHECK(values.size() == tensor.space.elements());
    const uint64_t n_rows = statement::rows_of(tensor.space);
    constexpr uint64_t kGrain = 1 << 14;  // elements
    const size_t rows_at_once = std::max<uint64_t>(1, kGrain * n_rows / std::max<uint64_t>(1, values.size()));
    parallel::parallel_for(0, n_rows, rows_at_once, [&](size_t first, size_t last) {
      statement::for_each_run(tensor.space, first, last, [&](uint64_t place, uint64_t flat, uint64_t count) {
        for (uint64_t at = tensor.base + place; count > 0;) {
          const simd::Column& limb = limbs_[at >> log_rows_];
          const uint64_t row = at & (rows - 1), n = std::min<uint64_t>(count, rows - row);
          uint8_t* out = memory_.data() + begin[at >> log_rows_] + row * simd::cell_bytes(limb.type);
          if (!copy(limb.type, values.data() + flat, n, out)) whole = false;
          at += n, flat += n, count -= n;
        }
      });
    });
  }
  return whole;
}

template <class F>
void Cells::read(size_t b, size_t first, std::span<F> out) const {
  if constexpr (kIsWords<F>) {
    simd::read_cells(limbs_[b], first, {words(out.data()), out.size()});
  } else {
    for (size_t i = 0; i < out.size(); ++i) {
      const size_t at = first + i;
      const void* cells = limbs_[b].cells;
      out[i] = F::from_i64(limbs_[b].type == CellType::kInt16   ? static_cast<const int16_t*>(cells)[at]
                           : limbs_[b].type == CellType::kInt32 ? static_cast<const int32_t*>(cells)[at]
                                                                : static_cast<const int64_t*>(cells)[at]);
    }
  }
}

template void Cells::read<field::Goldilocks>(size_t, size_t, std::span<field::Goldilocks>) const;
template void Cells::read<field::Toy>(size_t, size_t, std::span<field::Toy>) const;

}  // namespace tacit::prover
