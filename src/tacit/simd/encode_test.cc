#include "tacit/simd/encode.h"

#include "tacit/field/fields.h"
#include "tacit/merkle/leaf.h"
#include "tacit/parallel/parallel.h"
#include "tacit/poly/ntt.h"
#include "tacit/simd/hash_lanes.h"
#include "tacit/simd/levels_for_test.h"

namespace tacit::simd {
namespace {

using field::Goldilocks;
using Encode = AtLevel;

struct Matrix {
  std::vector<std::vector<uint64_t>> words;
  std::vector<Column> columns;
  Columns view;

  Matrix(uint32_t log_rows, uint32_t log_domain, size_t n_columns, size_t n_coefficients)
      : words(n_columns, std::vector<uint64_t>(n_coefficients)) {
    Words random(log_rows + 64 * log_domain + 4096 * n_columns + n_coefficients);
    for (auto& column : words) {
      for (uint64_t& word : column) word = random();
      columns.push_back({column.data(), column.size()});
    }
    view = {log_rows, log_domain, columns};
  }

  std::vector<uint64_t> expected() const {
    const size_t n = size_t{1} << view.log_domain;
    std::vector<uint64_t> rows(n * words.size());
    for (size_t c = 0; c < words.size(); ++c) {
      std::vector<Goldilocks> f(words[c].begin(), words[c].end());
      auto values = poly::evaluate_bitrev<Goldilocks>(f, static_cast<int>(view.log_domain));
      for (size_t j = 0; j < n; ++j) rows[j * words.size() + c] = values[j].value();
    }
    return rows;
  }
};

hash::Seed some_seed() {
  std::array<uint8_t, 32> bytes;
  bytes.fill(0x5a);
  return hash::Seed(bytes);
}

std::vector<hash::Digest> expected_leaves(const Matrix& m, const std::vector<uint64_t>& rows, uint64_t tree) {
  const size_t n_columns = m.words.size();
  std::vector<hash::Digest> leaves(size_t{1} << m.view.log_domain);
  for (size_t j = 0; j < leaves.size(); ++j)
    leaves[j] = merkle::leaf_digest({tree, j}, leaf_salt(some_seed(), tree, j),
                                    std::span(rows).subspan(j * n_columns, n_columns));
  return leaves;
}

void check(const Matrix& m, Loop loop) {
  SCOPED_TRACE(testing::Message() << "rows 2^" << m.view.log_rows << " domain 2^" << m.view.log_domain << " columns "
                                  << m.words.size() << " coefficients " << m.words[0].size());
  const size_t n = size_t{1} << m.view.log_domain, n_columns = m.words.size();
  const std::vector<uint64_t> expected = m.expected();
  const std::vector<hash::Digest> leaves = expected_leaves(m, expected, 77);
  std::vector<uint64_t> rows(n * n_columns);
  encode(m.view, rows.data(), loop);
  EXPECT_TRUE(rows == expected);

  std::vector<hash::Digest> got(n);
  encode_and_hash(m.view, {77, some_seed()}, got.data(), nullptr, loop);
  EXPECT_TRUE(got == leaves);
  std::fill(rows.begin(), rows.end(), 0);
  std::fill(got.begin(), got.end(), hash::Digest{});
  encode_and_hash(m.view, {77, some_seed()}, got.data(), rows.data(), loop);
  EXPECT_TRUE(got == leaves);
  EXPECT_TRUE(rows == expected);

  std::vector<uint64_t> positions;
  std::mt19937_64 engine(n);
  for (size_t j = engine() % 3; j < n; j += 1 + engine() % (1 + n / 10)) positions.push_back(j);
  std::vector<uint64_t> some(positions.size() * n_columns);
  evaluate_rows(m.view, positions, some.data(), loop);
  for (size_t i = 0; i < positions.size(); ++i)
    for (size_t c = 0; c < n_columns; ++c)
      ASSERT_EQ(some[i * n_columns + c], expected[positions[i] * n_columns + c]) << i;
}

TEST_P(Encode, AllSmallShapes) {
  for (uint32_t log_domain = 0; log_domain <= 9; ++log_domain)
    for (uint32_t log_rows = 0; log_rows <= log_domain; ++log_rows) {
      const size_t rows = size_t{1} << log_rows, n = size_t{1} << log_domain;
      for (size_t n_coefficients : {size_t{0}, size_t{1}, rows - rows / 3, rows + rows / 2 + 1, n})
        check(Matrix(log_rows, log_domain, 1 + (log_domain + n_coefficients) % 11, std::min(n_coefficients, n)),
              serial);
    }
}

TEST_P(Encode, EveryNumberOfChunks) {
  for (size_t n_columns : {1, 7, 8, 9, 64, 119, 120, 121, 127, 128, 129, 247, 248, 249, 376, 500, 505, 760, 1016, 1024})
    check(Matrix(5, 6, n_columns, 40), serial);
}

TEST_P(Encode, EverySplit) {
  for (uint32_t log_rows = 10; log_rows <= 17; ++log_rows) {
    const size_t rows = size_t{1} << log_rows;
    check(Matrix(log_rows, log_rows + 1, 3, rows + rows / 5 + 3), serial);
  }
  check(Matrix(14, 16, 9, (1 << 14) + 100), serial);
}

// Messages of integers of every width, blinding apart from them and of different lengths.
template <class T>
void check_integers(CellType type, uint32_t log_rows, uint32_t log_domain) {
  const size_t rows = size_t{1} << log_rows, most = (size_t{1} << log_domain) - rows;
  Matrix m(log_rows, log_domain, 11, rows + most);
  std::vector<std::vector<T>> cells(11, std::vector<T>(rows));
  std::mt19937_64 engine(rows);
  for (size_t c = 0; c < 11; ++c) {
    for (size_t i = 0; i < rows; ++i) {
      cells[c][i] = static_cast<T>(static_cast<int64_t>(engine()) >> 2);
      m.words[c][i] = Goldilocks::from_i64(cells[c][i]).value();
    }
    m.words[c].resize(rows + most * c / 11);
    m.columns[c] = {cells[c].data(), rows, type, m.words[c].data() + rows, m.words[c].size() - rows};
    std::vector<uint64_t> read(rows);
    read_cells(m.columns[c], 0, read);
    EXPECT_TRUE(std::equal(read.begin(), read.end(), m.words[c].begin()));
  }
  check(m, serial);
}

TEST_P(Encode, IntegerCells) {
  for (uint32_t log_rows : {0, 3, 5, 8, 11, 14})
    for (uint32_t more : {1, 2}) {
      check_integers<int16_t>(CellType::kInt16, log_rows, log_rows + more);
      check_integers<int32_t>(CellType::kInt32, log_rows, log_rows + more);
      check_integers<int64_t>(CellType::kInt64, log_rows, log_rows + more);
    }
}

TEST_P(Encode, LargestWords) {
  for (uint32_t log_rows : {9, 14}) {
    Matrix m(log_rows, log_rows + 1, 2, size_t{2} << log_rows);
    for (auto& column : m.words) std::fill(column.begin(), column.end(), Goldilocks::kModulus - 1);
    check(m, serial);
    for (auto& column : m.words)
      for (size_t i = 0; i < column.size(); ++i) column[i] = i % 2 == 0 ? 0xffffffff : Goldilocks::kModulus - 1;
    check(m, serial);
  }
}

TEST_P(Encode, ThreadsDontMatter) {
  parallel::set_threads(4);
  check(Matrix(6, 9, 130, 100), parallel::run);
  check(Matrix(14, 16, 17, 20000), parallel::run);
  parallel::set_threads(0);
}

TACIT_AT_ALL_LEVELS(Encode);

}  // namespace
}  // namespace tacit::simd
