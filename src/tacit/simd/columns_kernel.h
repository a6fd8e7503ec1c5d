// The kernels of columns_kernels.h over the Lanes of a level. Internal to simd/: see ring_split.h.
#pragma once

#include "tacit/simd/columns_kernels.h"
#include "tacit/simd/ring_split.h"

namespace tacit::simd {
namespace {

template <class Lanes>
struct Columns8 {
  // Eight coefficients of a run from element i on, zeros beyond its end. The next strip's lines are too far apart for
  // the hardware to foresee.
  template <class T>
  TACIT_INLINE static Lanes load_run(const T* run, size_t n, size_t i) {
    __builtin_prefetch(run + i + 8, 0, 2);
    if (n - i >= 8) return Lanes::load(run + i);
    T some[8] = {};
    for (size_t k = 0; k < n - i; ++k) some[k] = run[i + k];
    return Lanes::load(some);
  }
  TACIT_INLINE static Lanes load_cells(const Column& column, size_t i) {
    switch (column.type) {
      case CellType::kInt16:
        return load_run(static_cast<const int16_t*>(column.cells), column.n_cells, i);
      case CellType::kInt32:
        return load_run(static_cast<const int32_t*>(column.cells), column.n_cells, i);
      case CellType::kInt64:
        return load_run(static_cast<const int64_t*>(column.cells), column.n_cells, i);
      default:
        return load_run(static_cast<const uint64_t*>(column.cells), column.n_cells, i);
    }
  }

  // Rows [first, first + 8) of the coset's polynomial.
  TACIT_INLINE static void load_rows(const ColumnGroup& group, size_t first, Lanes rows[8]) {
    for (int c = 0; c < 8; ++c) {
      const Column& column = group.columns[c];
      Lanes sum = first < column.n_cells ? load_cells(column, first) : Lanes::zero();
      const uint64_t* wrap = group.wraps + 1;
      const size_t n = column.n_cells + column.n_blinding;
      for (size_t i = first + (size_t{1} << group.log_rows); i < n; i += size_t{1} << group.log_rows, ++wrap) {
        Lanes run = i < column.n_cells ? load_cells(column, i)
                                       : load_run(column.blinding, column.n_blinding, i - column.n_cells);
        sum = add(sum, canonical(mul_by(run, wrap)));
      }
      rows[c] = sum;
    }
    transpose(rows);
  }

  // A strip holds kStripRows rows of each of the 256 blocks; two steps of radix 16 split the coset along it.
  __attribute__((noinline)) static void load_strip(const ColumnGroup& group, const ColumnWork& work, size_t first,
                                                   const Powers<16>& outer, const Powers<16>* inner) {
    constexpr size_t kWords = 8 * kStripRows;
    alignas(64) uint64_t parts[16 * kWords], strip[256 * kWords];
    const size_t block_rows = size_t{1} << (group.log_rows - kLogBlocks);
    for (size_t i = 0; i < 16; ++i) {
      for (size_t k = 0; k < 16; ++k) {
        Lanes rows[8];
        load_rows(group, (16 * k + i) * block_rows + first, rows);
        for (int r = 0; r < 8; ++r) rows[r].store(parts + kWords * k + 8 * r);
      }
      for (size_t r = 0; r < kWords; r += 8)
        split_vectors<Lanes, 16, 1, false>(parts + r, kWords, strip + kWords * i + r, 16 * kWords, outer.word,
                                           outer.high);
    }
    const size_t stride = 8 * work.stride;
    for (size_t p = 0; p < 16; ++p)
      for (size_t r = 0; r < kWords; r += 8)
        split_vectors<Lanes, 16, 1, false>(strip + 16 * kWords * p + r, kWords,
                                           work.words + 16 * p * stride + 8 * first + r, stride, inner[p].word,
                                           inner[p].high);
  }

  static void load(const ColumnGroup& group, const ColumnWork& work, size_t begin, size_t end) {
    if (work.log_blocks == 0) {
      for (size_t i = kStripRows * begin; i < kStripRows * end; i += kStripRows) {
        Lanes rows[8];
        load_rows(group, i, rows);
        for (int r = 0; r < 8; ++r) rows[r].store(work.words + 8 * (i + r));
      }
      return;
    }
    const Twiddles& t = group.twiddles;
    const uint64_t b = 16 * group.coset;
    Powers<16> outer(t, group.coset);
    Powers<16> inner[16] = {{t, b},      {t, b + 1},  {t, b + 2},  {t, b + 3}, {t, b + 4},  {t, b + 5},
                            {t, b + 6},  {t, b + 7},  {t, b + 8},  {t, b + 9}, {t, b + 10}, {t, b + 11},
                            {t, b + 12}, {t, b + 13}, {t, b + 14}, {t, b + 15}};
    for (size_t i = begin; i < end; ++i) load_strip(group, work, kStripRows * i, outer, inner);
  }

  // Blocks b, b + 1, … of 16 rows, `count` ≤ 16 of them, b a multiple of 16: their twiddles are made in
  // vectors.
  __attribute__((noinline)) static void finish_sixteens(uint64_t* x, Twiddles t, uint64_t b, size_t count) {
    alignas(64) uint64_t powers[16 * 16 + 8], highs[16 * 16];
    Lanes base = Lanes::broadcast(twiddle(t, b));
    for (size_t h = 0; h < count; h += 8) {
      Lanes power[16];
      power[1] = mul(base, Lanes::load(t.low + h));
      for (int k = 2; k < 16; ++k) power[k] = mul(power[k / 2], power[k - k / 2]);
      for (int k = 1; k < 16; ++k) {
        power[k].store(powers + 16 * k + h);
        for (size_t i = 16 * k + h; i < 16 * k + h + 8; ++i) highs[i] = powers[i] >> 52;
      }
    }
    for (size_t p = 0; p < count; ++p)
      split_vectors<Lanes, 16, 16, true>(x + 128 * p, 8, x + 128 * p, 8, powers + p, highs + p);
  }

  // Block b of 2^log_rows rows, which start at `row` of the coset. Requires log_rows ≥ 5.
  static void transform(uint64_t* x, int log_rows, Twiddles t, uint64_t b, size_t row, const RowSink& sink) {
    if (log_rows > 8) {
      int log_radix = log_rows % 4 == 0 ? 4 : log_rows % 4, log_child = log_rows - log_radix;
      step_block<Lanes>(x, size_t{8} << log_child, 0, size_t{8} << log_child, log_radix, t, b);
      for (size_t p = 0; p < size_t{1} << log_radix; ++p)
        transform(x + (p << (log_child + 3)), log_child, t, (b << log_radix) + p, row + (p << log_child), sink);
      return;
    }
    int log_radix = log_rows - 4;
    step_block<Lanes>(x, 128, 0, 128, log_radix, t, b);
    finish_sixteens(x, t, b << log_radix, size_t{1} << log_radix);
    sink.take(sink.context, x, row, size_t{1} << log_rows);
  }

  static void finish(const ColumnGroup& group, const ColumnWork& work, size_t block, const RowSink& sink) {
    int log_rows = group.log_rows - work.log_blocks;
    transform(work.words + 8 * work.stride * block, log_rows, group.twiddles, (group.coset << work.log_blocks) + block,
              block << log_rows, sink);
  }

  static constexpr ColumnKernels table() { return {load, finish}; }
};

}  // namespace
}  // namespace tacit::simd
