#include "tacit/simd/ntt.h"

#include "tacit/parallel/parallel.h"
#include "tacit/poly/ntt.h"
#include "tacit/simd/levels_for_test.h"

namespace tacit::simd {
namespace {

template <class T>
std::vector<T> random_vector(size_t n, uint64_t seed) {
  Words random(seed);
  std::vector<T> out(n);
  for (T& x : out)
    for (int i = 0; i < T::kDegree; ++i) x[i] = field::Goldilocks(random());
  return out;
}

template <class T>
void check_transforms(int log_n, Loop loop) {
  const size_t n = size_t{1} << log_n;
  for (size_t n_coefficients : {size_t{0}, size_t{1}, n / 4, n / 4 + 1, n - n / 3, n}) {
    if (n_coefficients > n) continue;
    SCOPED_TRACE(testing::Message() << "degree " << T::kDegree << " n 2^" << log_n << " of " << n_coefficients);
    auto got = random_vector<T>(n, n + n_coefficients), expected = got;
    poly::evaluate_bitrev_in_place<T>(expected, n_coefficients);
    evaluate_bitrev_in_place<T>(got, n_coefficients, loop);
    EXPECT_TRUE(got == expected);
    poly::interpolate_bitrev_in_place<T>(expected);
    interpolate_bitrev_in_place<T>(got, loop);
    EXPECT_TRUE(got == expected);
  }
}

template <class T>
void check_power_sums(int log_n, size_t count, size_t n_terms, Loop loop) {
  SCOPED_TRACE(testing::Message() << "degree " << T::kDegree << " n 2^" << log_n << " count " << count << " terms "
                                  << n_terms);
  std::mt19937_64 engine(n_terms + count);
  std::vector<std::pair<uint64_t, T>> terms;
  for (const T& weight : random_vector<T>(n_terms, count)) terms.emplace_back(engine() >> (64 - log_n), weight);
  EXPECT_TRUE(sparse_power_sums<T>(terms, log_n, count, loop) == poly::sparse_power_sums<T>(terms, log_n, count));
}

template <class T>
void check_all(int max_log_n, Loop loop) {
  for (int log_n = 0; log_n <= max_log_n; ++log_n) check_transforms<T>(log_n, loop);
  for (int log_n : {1, 3, 6, 7, 10, 13})
    for (size_t n_terms : {0, 1, 2, 3, 17, 130})
      for (size_t count : {size_t{0}, size_t{1}, size_t{63}, size_t{64}, size_t{65}, size_t{300}, size_t{1} << log_n})
        if (count <= size_t{1} << log_n) check_power_sums<T>(log_n, count, n_terms, loop);
  check_power_sums<T>(max_log_n, (size_t{1} << (max_log_n - 2)) + 1234, 100, loop);
}

using Ntt = AtLevel;

TEST_P(Ntt, BaseField) { check_all<field::Goldilocks>(17, serial); }
TEST_P(Ntt, DegreeTwo) { check_all<field::Goldilocks2>(16, serial); }
TEST_P(Ntt, DegreeThree) { check_all<field::Goldilocks3>(15, serial); }

TEST_P(Ntt, ThreadsDontMatter) {
  parallel::set_threads(4);
  check_transforms<field::Goldilocks2>(15, parallel::run);
  check_power_sums<field::Goldilocks2>(15, 9000, 200, parallel::run);
  parallel::set_threads(0);
}

TACIT_AT_ALL_LEVELS(Ntt);

}  // namespace
}  // namespace tacit::simd
