#include "tacit/simd/vectors.h"

#include "tacit/parallel/parallel.h"
#include "tacit/poly/eq.h"
#include "tacit/simd/levels_for_test.h"

namespace tacit::simd {
namespace {

using field::Goldilocks;

template <class T>
std::vector<T> random_vector(size_t n, uint64_t seed) {
  Words random(seed);
  std::vector<T> out(n);
  for (T& x : out)
    for (int i = 0; i < T::kDegree; ++i) x[i] = Goldilocks(random());
  return out;
}

// Every word p − 1: the largest columns that a sum of products can have.
template <class T>
std::vector<T> largest_vector(size_t n) {
  T x;
  for (int i = 0; i < T::kDegree; ++i) x[i] = -Goldilocks::one();
  return std::vector<T>(n, x);
}

template <class E>
std::vector<E> folded(const std::vector<E>& v, const E& r) {
  std::vector<E> out = v;
  const size_t half = v.size() / 2;
  for (size_t i = 0; i < half; ++i) out[i] = v[i] + r * (v[half + i] - v[i]);
  return out;
}

template <class E>
ProductMessage<E> message(const std::vector<E>& a, const std::vector<E>& c, size_t size) {
  ProductMessage<E> m;
  for (size_t i = 0, half = size / 2; i < half; ++i) {
    m.at_0 += a[i] * c[i];
    m.at_2 += (a[half + i] + a[half + i] - a[i]) * (c[half + i] + c[half + i] - c[i]);
  }
  return m;
}

template <class E>
void check_sumcheck(const std::vector<E>& a, const std::vector<E>& c, const E& r, Loop loop) {
  SCOPED_TRACE(a.size());
  EXPECT_EQ(product_message<E>(a, c, loop), message(a, c, a.size()));
  std::vector<E> got = a, got_c = c;
  fold<E>(got, r, loop);
  EXPECT_EQ(got, folded(a, r));
  if (a.size() % 4 != 0) return;
  got = a;
  auto fused = fold_and_message<E>(got, got_c, r, loop);
  EXPECT_EQ(got, folded(a, r));
  EXPECT_EQ(got_c, folded(c, r));
  EXPECT_EQ(fused, message(folded(a, r), folded(c, r), a.size() / 2));
}

template <class E>
void check_linear(const std::vector<E>& x, const std::vector<E>& y, const std::vector<Goldilocks>& base, const E& k,
                  Loop loop) {
  SCOPED_TRACE(x.size());
  E sum, base_sum;
  std::vector<E> scaled = y, scaled_base = y;
  for (size_t i = 0; i < x.size(); ++i) {
    sum += x[i] * y[i];
    base_sum += base[i] * y[i];
    scaled[i] += k * x[i];
    scaled_base[i] += k * base[i];
  }
  EXPECT_EQ(dot<E>(std::span<const E>(x), y, loop), sum);
  EXPECT_EQ(dot<E>(std::span<const Goldilocks>(base), y, loop), base_sum);
  std::vector<E> got = y;
  add_scaled<E>(got, k, std::span<const E>(x), loop);
  EXPECT_EQ(got, scaled);
  got = y;
  add_scaled<E>(got, k, std::span<const Goldilocks>(base), loop);
  EXPECT_EQ(got, scaled_base);
}

template <class E>
void check_eq(size_t n, Loop loop) {
  auto point = random_vector<E>(n, n);
  const E scale = random_vector<E>(1, 99 + n)[0];
  auto expected = poly::eq_table<E>(point);
  for (E& x : expected) x *= scale;
  std::vector<E> got(expected.size());
  expand_eq<E>(point, scale, got, loop);
  EXPECT_EQ(got, expected) << n;
}

template <class E>
void check_all(std::span<const size_t> sizes, Loop loop) {
  for (size_t n : sizes) {
    const E r = random_vector<E>(3, n)[2];
    if (n % 2 == 0) {
      check_sumcheck(random_vector<E>(n, n + 1), random_vector<E>(n, n + 2), r, loop);
      check_sumcheck(largest_vector<E>(n), largest_vector<E>(n), largest_vector<E>(1)[0], loop);
    }
    check_linear(random_vector<E>(n, n + 3), random_vector<E>(n, n + 4), random_vector<Goldilocks>(n, n + 5), r, loop);
    check_linear(largest_vector<E>(n), largest_vector<E>(n), largest_vector<Goldilocks>(n), largest_vector<E>(1)[0],
                 loop);
  }
}

constexpr size_t kSizes[] = {0, 1, 2, 3, 4, 7, 8, 9, 12, 16, 31, 32, 36, 64, 100, 1000, 1024, 2100, 8192, 20000};
using Vectors = AtLevel;

TEST_P(Vectors, DegreeTwo) { check_all<field::Goldilocks2>(kSizes, serial); }
TEST_P(Vectors, DegreeThree) { check_all<field::Goldilocks3>(kSizes, serial); }

TEST_P(Vectors, EqTables) {
  for (size_t n = 0; n <= 13; ++n) {
    check_eq<field::Goldilocks2>(n, serial);
    check_eq<field::Goldilocks3>(n, serial);
  }
}

TEST_P(Vectors, ThreadsDontMatter) {
  parallel::set_threads(4);
  constexpr size_t kLarge[] = {40004, 65536};
  check_all<field::Goldilocks2>(kLarge, parallel::run);
  check_eq<field::Goldilocks2>(15, parallel::run);
  parallel::set_threads(0);
}

TACIT_AT_ALL_LEVELS(Vectors);

}  // namespace
}  // namespace tacit::simd
