// The kernels behind encode.h, one table a level. Internal to simd/.
//
// Eight columns are transformed at once: a row is a vector of eight words, one of each column, and all
// columns share the twiddles. A coset is block `coset` of length 2^log_rows of the transform (twiddles.h);
// its polynomial is Σ_k x^k · (k-th run of 2^log_rows coefficients) for x = block_constant. A large coset is
// first split into 2^kLogBlocks blocks, strip by strip in the cache, and then block by block.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tacit/simd/encode.h"
#include "tacit/simd/level.h"
#include "tacit/simd/twiddles.h"

namespace tacit::simd {

inline constexpr int kLogBlocks = 8;  // two steps of radix 16
inline constexpr size_t kStripRows = 8;

struct ColumnGroup {
  Column columns[8];      // those that are missing have no coefficients; blinding begins with a run
  int log_rows;           // at least 5
  uint64_t coset;         // its index
  const uint64_t* wraps;  // x^k, one for each started run of coefficients, and one word more
  Twiddles twiddles;
};

// The rows of a coset while they are transformed: block b starts at words + 8 · stride · b.
struct ColumnWork {
  uint64_t* words;
  int log_blocks;  // 0 or kLogBlocks
  size_t stride;   // rows
};

// Takes finished rows: `count` of them, a multiple of 32, canonical, from row `first_row` of the coset on.
struct RowSink {
  void (*take)(void* context, const uint64_t* rows, size_t first_row, size_t count);
  void* context;
};

struct ColumnKernels {
  // Fills `work` from strips [begin, end) of kStripRows rows of every block. Afterwards, for log_blocks = 0,
  // the rows are the coset's polynomial, else each block's.
  void (*load)(const ColumnGroup& group, const ColumnWork& work, size_t begin, size_t end);
  // Transforms one block and hands its rows on.
  void (*finish)(const ColumnGroup& group, const ColumnWork& work, size_t block, const RowSink& sink);
};

namespace portable {
extern const ColumnKernels kColumnKernels;
}
namespace avx2 {
extern const ColumnKernels kColumnKernels;
}
namespace avx512 {
extern const ColumnKernels kColumnKernels;
}

const ColumnKernels& column_kernels(Level level);

}  // namespace tacit::simd
