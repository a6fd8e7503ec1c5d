// Reed–Solomon encoding of many columns with the leaf hashes of the rows: the commitment to an oracle.
//
// Column c holds the coefficients of a polynomial f_c over Goldilocks: a message of 2^log_rows cells, which may be
// small integers, then blinding. Row j of the codeword is (f_0(x_j), f_1(x_j), …) at x_j = poly::domain_point(log_domain, j), the
// bit-reversed order of poly::evaluate_bitrev; its leaf is merkle::leaf_digest with leaf_salt.
//
// The domain falls into cosets of 2^log_rows rows; memory is, for every coset in work, 64 bytes a row and,
// with hashing, 32 to 128 bytes a row for the states. The codeword itself is held only by a caller that asks
// for it. Running time depends on shapes and positions only. Columns are best kept in huge pages
// (work_buffer.h): from 2^18 rows on, small pages make the whole a third slower.
#pragma once

#include <cstdint>
#include <span>

#include "tacit/hash/digest.h"
#include "tacit/hash/prg.h"
#include "tacit/simd/loop.h"

namespace tacit::simd {

enum class CellType : uint8_t { kWord, kInt16, kInt32, kInt64 };  // canonical words; signed integers
constexpr size_t cell_bytes(CellType type) { return type == CellType::kInt16 ? 2 : type == CellType::kInt32 ? 4 : 8; }

// Coefficients: the cells, then the blinding. n_cells = 2^log_rows where there is blinding.
struct Column {
  const void* cells = nullptr;
  size_t n_cells = 0;
  CellType type = CellType::kWord;
  const uint64_t* blinding = nullptr;  // canonical words
  size_t n_blinding = 0;
};

struct Columns {
  uint32_t log_rows;                // M = 2^log_rows message rows
  uint32_t log_domain;              // n = 2^log_domain ≥ M, at most 2^32
  std::span<const Column> columns;  // L of them, each of at most n coefficients
};

// Cells [first, first + out.size()) of a column as canonical words.
void read_cells(const Column& column, size_t first, std::span<uint64_t> out);

// Where the leaves of an oracle come from.
struct LeafSource {
  uint64_t tree_id;
  const hash::Seed& salt_seed;
};

// rows[j L + c] = f_c(x_j): n × L words, canonical.
void encode(const Columns& columns, uint64_t* rows, Loop loop = serial);

// leaves[j] = the leaf of row j, for all n rows; the rows themselves too unless `rows` is null. Requires L
// ≥ 1.
void encode_and_hash(const Columns& columns, const LeafSource& source, hash::Digest* leaves, uint64_t* rows,
                     Loop loop = serial);

// rows[i L + c] = f_c(x_{positions[i]}). Requires positions < n, strictly increasing. Costs about half of
// encode: blocks without a position are left out.
void evaluate_rows(const Columns& columns, std::span<const uint64_t> positions, uint64_t* rows, Loop loop = serial);

}  // namespace tacit::simd
