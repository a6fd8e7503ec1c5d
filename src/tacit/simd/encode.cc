#include "tacit/simd/encode.h"

#include <algorithm>
#include <vector>

#include "tacit/base/check.h"
#include "tacit/base/secret.h"
#include "tacit/field/goldilocks.h"
#include "tacit/simd/columns_kernels.h"
#include "tacit/simd/hash_lanes.h"
#include "tacit/simd/leaf_hasher.h"
#include "tacit/simd/work_buffer.h"

namespace tacit::simd {

const ColumnKernels& column_kernels(Level level) {
#if TACIT_SIMD_X86
  if (level == Level::kAvx512) return avx512::kColumnKernels;
  if (level == Level::kAvx2) return avx2::kColumnKernels;
#endif
  (void)level;
  return portable::kColumnKernels;
}

namespace {

using field::Goldilocks;

constexpr uint32_t kLogSmallest = 5;  // of a coset: the kernels' rows come in multiples of 32
constexpr int kLogDirect = 13;        // 512 KiB of rows: up to here a coset stays in the cache and isn't split first

// What all cosets of an encoding share.
struct Plan {
  const Columns& columns;
  int log_coset;
  size_t n_cosets;
  TwiddleTables twiddles;
  const ColumnKernels& kernels;

  explicit Plan(const Columns& c)
      : columns(c),
        log_coset(static_cast<int>(std::min(std::max(c.log_rows, kLogSmallest), c.log_domain))),
        n_cosets(size_t{1} << (c.log_domain - log_coset)),
        twiddles(static_cast<int>(c.log_domain) - 4),
        kernels(column_kernels(active_level())) {}

  size_t n_groups() const { return (columns.columns.size() + 7) / 8; }
  size_t n_coefficients() const {
    size_t most = 0;
    for (const Column& c : columns.columns) most = std::max(most, c.n_cells + c.n_blinding);
    return most;
  }
  int log_blocks() const { return log_coset > kLogDirect ? kLogBlocks : 0; }
};

// x^k for every started run of coefficients, see ColumnGroup.
std::vector<uint64_t> wrap_powers(const Plan& plan, uint64_t coset) {
  const int k = static_cast<int>(plan.columns.log_domain) - plan.log_coset;
  Goldilocks x(block_constant(k, coset)), power = Goldilocks::one();
  std::vector<uint64_t> powers((plan.n_coefficients() >> plan.log_coset) + 2);
  for (uint64_t& word : powers) {
    word = power.value();
    power *= x;
  }
  return powers;
}

// The rows of one coset, group after group of eight columns; `wanted(block)` says which blocks to finish and
// `take(group, rows, first_row, count)` gets their rows, from many threads, before end_group(group).
class CosetEncoder {
 public:
  CosetEncoder(const Plan& plan, uint64_t coset, Loop loop)
      : plan_(plan),
        coset_(coset),
        loop_(loop),
        wraps_(wrap_powers(plan, coset)),
        stride_(plan.log_blocks() == 0 ? 0 : (size_t{1} << (plan.log_coset - kLogBlocks)) + kPadding),
        buffer_(8 * std::max(size_t{1} << plan.log_coset, stride_ << kLogBlocks)) {}

  template <class Wanted, class Take>
  void run(size_t group, const Wanted& wanted, const Take& take) const {
    ColumnGroup columns = column_group(group);
    ColumnWork work{buffer_.data(), plan_.log_blocks(), stride_};
    const int log_block = plan_.log_coset - work.log_blocks;
    // Without blocks the loops have one piece: the whole coset.
    const size_t n_strips = (size_t{1} << log_block) / kStripRows;
    const size_t strips_at_once = work.log_blocks == 0 ? n_strips : 1;
    for_each(loop_, n_strips / strips_at_once,
             [&](size_t i) { plan_.kernels.load(columns, work, strips_at_once * i, strips_at_once * (i + 1)); });
    RowSink sink{[](void* context, const uint64_t* rows, size_t first, size_t count) {
                   (*static_cast<const Take*>(context))(rows, first, count);
                 },
                 const_cast<Take*>(&take)};
    const size_t n_blocks = size_t{1} << work.log_blocks, blocks_at_once = std::min<size_t>(n_blocks, 16);
    for_each(loop_, n_blocks / blocks_at_once, [&](size_t i) {
      for (size_t b = blocks_at_once * i; b < blocks_at_once * (i + 1); ++b)
        if (wanted(b << log_block, size_t{1} << log_block)) plan_.kernels.finish(columns, work, b, sink);
    });
  }

 private:
  static constexpr size_t kPadding = 8;  // rows; else the blocks' rows would share cache sets

  ColumnGroup column_group(size_t group) const {
    ColumnGroup g{{}, plan_.log_coset, coset_, wraps_.data(), plan_.twiddles.view()};
    const std::span<const Column> rest = plan_.columns.columns.subspan(8 * group);
    std::copy_n(rest.begin(), std::min<size_t>(rest.size(), 8), g.columns);
    return g;
  }

  const Plan& plan_;
  uint64_t coset_;
  Loop loop_;
  std::vector<uint64_t> wraps_;
  size_t stride_;
  WorkBuffer<uint64_t> buffer_;
};

void check(const Columns& c) {
  TACIT_CHECK(c.log_rows <= c.log_domain && c.log_domain <= 32);
  for (const Column& column : c.columns)
    TACIT_CHECK(column.n_cells + column.n_blinding <= size_t{1} << c.log_domain &&
                (column.n_blinding == 0 || column.n_cells == size_t{1} << c.log_rows));
}

// Columns with all coefficients as words in one piece: what messages of fewer rows than the kernels' need.
struct Joined {
  std::vector<std::vector<uint64_t>> words;
  std::vector<Column> list;
  Columns columns;

  explicit Joined(const Columns& c) : columns(c) {
    if (c.log_rows >= kLogSmallest) return;
    for (const Column& column : c.columns) {
      std::vector<uint64_t>& all = words.emplace_back(column.n_cells + column.n_blinding);
      read_cells(column, 0, std::span(all).first(column.n_cells));
      std::copy_n(column.blinding, column.n_blinding, all.begin() + static_cast<long>(column.n_cells));
      list.push_back({all.data(), all.size()});
    }
    columns.columns = list;
  }
  ~Joined() {
    for (auto& all : words) secure_wipe(all.data(), 8 * all.size());
  }
  Joined(const Joined&) = delete;
  Joined& operator=(const Joined&) = delete;
};

// Domains too small for the kernels: Horner at each position.
void evaluate_small(const Columns& c, std::span<const uint64_t> positions, uint64_t* rows) {
  for (size_t i = 0; i < positions.size(); ++i) {
    Goldilocks x(block_constant(static_cast<int>(c.log_domain), positions[i]));
    for (const Column& column : c.columns) {
      Goldilocks sum;
      for (size_t k = column.n_cells; k-- > 0;)
        sum = sum * x + Goldilocks(static_cast<const uint64_t*>(column.cells)[k]);
      *rows++ = sum.value();
    }
  }
}

std::vector<uint64_t> all_positions(const Columns& c) {
  std::vector<uint64_t> positions(size_t{1} << c.log_domain);
  for (size_t j = 0; j < positions.size(); ++j) positions[j] = j;
  return positions;
}

// BLAKE3 of header and words, as merkle::leaf_digest.
hash::Digest small_leaf(const LeafSource& source, uint64_t row, std::span<const uint64_t> words) {
  Writer message;
  message.raw(as_bytes("tacitlf1"));
  message.u64(source.tree_id);
  message.u64(row);
  message.u64(words.size());
  message.raw(leaf_salt(source.salt_seed, source.tree_id, row));
  for (uint64_t word : words) message.u64(word);
  return hash::blake3(message.bytes());
}

// Columns [8g, 8g + 8) of `count` rows into a row-major matrix of n_columns columns.
void scatter(const uint64_t* from, size_t count, uint64_t* to, size_t n_columns, size_t group) {
  const size_t width = std::min<size_t>(n_columns - 8 * group, 8);
  for (size_t i = 0; i < count; ++i) std::copy_n(from + 8 * i, width, to + n_columns * i + 8 * group);
}

bool everything(size_t, size_t) { return true; }

template <class T>
void read_integers(const Column& column, size_t first, std::span<uint64_t> out) {
  const T* cells = static_cast<const T*>(column.cells) + first;
  for (size_t i = 0; i < out.size(); ++i) {
    // As Goldilocks::from_i64 for |x| < p, without a branch: x + p when x < 0.
    const int64_t x = cells[i];
    out[i] = static_cast<uint64_t>(x) + (static_cast<uint64_t>(x >> 63) & Goldilocks::kModulus);
  }
}

}  // namespace

void read_cells(const Column& column, size_t first, std::span<uint64_t> out) {
  switch (column.type) {
    case CellType::kWord:
      std::copy_n(static_cast<const uint64_t*>(column.cells) + first, out.size(), out.data());
      return;
    case CellType::kInt16:
      return read_integers<int16_t>(column, first, out);
    case CellType::kInt32:
      return read_integers<int32_t>(column, first, out);
    case CellType::kInt64:
      return read_integers<int64_t>(column, first, out);
  }
}

void encode(const Columns& given, uint64_t* rows, Loop loop) {
  check(given);
  const Joined joined(given);
  const Columns& columns = joined.columns;
  if (columns.log_domain < kLogSmallest) return evaluate_small(columns, all_positions(columns), rows);
  Plan plan(columns);
  const size_t n_columns = columns.columns.size();
  for_each(loop, plan.n_cosets, [&](size_t coset) {
    CosetEncoder encoder(plan, coset, loop);
    uint64_t* out = rows + (coset << plan.log_coset) * n_columns;
    for (size_t g = 0; g < plan.n_groups(); ++g)
      encoder.run(g, everything, [&](const uint64_t* x, size_t first, size_t count) {
        scatter(x, count, out + first * n_columns, n_columns, g);
      });
  });
}

void encode_and_hash(const Columns& given, const LeafSource& source, hash::Digest* leaves, uint64_t* rows, Loop loop) {
  check(given);
  const Joined joined(given);
  const Columns& columns = joined.columns;
  const size_t n_columns = columns.columns.size();
  TACIT_CHECK(n_columns > 0);
  if (columns.log_domain < kLogSmallest) {
    std::vector<uint64_t> positions = all_positions(columns), words(positions.size() * n_columns);
    evaluate_small(columns, positions, words.data());
    for (uint64_t j : positions) leaves[j] = small_leaf(source, j, std::span(words).subspan(j * n_columns, n_columns));
    if (rows != nullptr) std::ranges::copy(words, rows);
    return;
  }
  Plan plan(columns);
  for_each(loop, plan.n_cosets, [&](size_t coset) {
    const size_t first_row = coset << plan.log_coset;
    CosetEncoder encoder(plan, coset, loop);
    LeafHasher hasher(source.salt_seed, source.tree_id, first_row, size_t{1} << plan.log_coset, n_columns);
    for (size_t g = 0; g < plan.n_groups(); ++g) {
      encoder.run(g, everything, [&](const uint64_t* x, size_t first, size_t count) {
        hasher.absorb(x, first, count);
        if (rows != nullptr) scatter(x, count, rows + (first_row + first) * n_columns, n_columns, g);
      });
      hasher.end_group();
    }
    hasher.finish(leaves + first_row);
  });
}

void evaluate_rows(const Columns& given, std::span<const uint64_t> positions, uint64_t* rows, Loop loop) {
  check(given);
  const Joined joined(given);
  const Columns& columns = joined.columns;
  for (size_t i = 0; i < positions.size(); ++i) {
    TACIT_CHECK(positions[i] >> columns.log_domain == 0 && (i == 0 || positions[i - 1] < positions[i]));
  }
  if (columns.log_domain < kLogSmallest) return evaluate_small(columns, positions, rows);
  Plan plan(columns);
  const size_t n_columns = columns.columns.size();
  for_each(loop, plan.n_cosets, [&](size_t coset) {
    // The positions among `count` rows from row `first` of the coset on, as indices into `positions`.
    auto among = [&](size_t first, size_t count) {
      uint64_t row = (coset << plan.log_coset) + first;
      auto begin = std::ranges::lower_bound(positions, row);
      auto end = std::lower_bound(begin, positions.end(), row + count);
      return std::pair<size_t, size_t>(begin - positions.begin(), end - positions.begin());
    };
    auto wanted = [&](size_t first, size_t count) {
      auto [begin, end] = among(first, count);
      return begin != end;
    };
    if (!wanted(0, size_t{1} << plan.log_coset)) return;
    CosetEncoder encoder(plan, coset, loop);
    for (size_t g = 0; g < plan.n_groups(); ++g)
      encoder.run(g, wanted, [&](const uint64_t* x, size_t first, size_t count) {
        auto [begin, end] = among(first, count);
        for (size_t i = begin; i < end; ++i) {
          size_t row = positions[i] - (coset << plan.log_coset) - first;
          scatter(x + 8 * row, 1, rows + i * n_columns, n_columns, g);
        }
      });
  });
}

}  // namespace tacit::simd
