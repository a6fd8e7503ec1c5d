#include <gtest/gtest.h>

#include <random>
#include <span>
#include <utility>
#include <vector>

#include "tacit/field/fields.h"
#include "tacit/field/uniform.h"
#include "tacit/poly/eq.h"
#include "tacit/poly/horner.h"
#include "tacit/poly/multilinear.h"
#include "tacit/poly/ntt.h"

namespace tacit::poly {
namespace {

using field::sample;

template <class E>
class PolyTest : public testing::Test {
 protected:
  template <class T>
  std::vector<T> random(size_t n) {
    std::vector<T> out(n);
    for (T& x : out) x = sample<T>(rng_);
    return out;
  }
  // Π_t (i_t r_t + (1 − i_t)(1 − r_t)), from the definition.
  static E naive_eq(const std::vector<E>& point, uint64_t i) {
    E product = E::one();
    for (size_t t = 0; t < point.size(); ++t) {
      E bit = (i >> t) & 1 ? E::one() : E::zero();
      product *= bit * point[t] + (E::one() - bit) * (E::one() - point[t]);
    }
    return product;
  }
  template <class T>
  static E naive_mle(const std::vector<T>& values, const std::vector<E>& point) {
    E sum = E::zero();
    for (size_t i = 0; i < values.size(); ++i) sum += naive_eq(point, i) * values[i];
    return sum;
  }

  std::mt19937_64 rng_{7};
};

using Fields = testing::Types<field::Goldilocks, field::Goldilocks2, field::Goldilocks3, field::Toy, field::Toy2>;
TYPED_TEST_SUITE(PolyTest, Fields);

TYPED_TEST(PolyTest, EqTableAndPoints) {
  using E = TypeParam;
  for (size_t n = 0; n <= 6; ++n) {
    auto point = this->template random<E>(n);
    auto table = eq_table<E>(point);
    ASSERT_EQ(table.size(), size_t{1} << n);
    for (uint64_t i = 0; i < table.size(); ++i) {
      EXPECT_EQ(table[i], this->naive_eq(point, i));
      EXPECT_EQ(eq_at<E>(point, i), table[i]);
      std::vector<E> bits;
      for (size_t t = 0; t < n; ++t) bits.push_back((i >> t) & 1 ? E::one() : E::zero());
      EXPECT_EQ(eq<E>(point, bits), table[i]);
    }
    auto other = this->template random<E>(n);
    EXPECT_EQ(eq<E>(point, other), this->naive_mle(eq_table<E>(other), point));
  }
}

TYPED_TEST(PolyTest, EvaluateTakesEveryLength) {
  using E = TypeParam;
  using F = typename E::Base;
  for (size_t n = 0; n <= 5; ++n) {
    auto point = this->template random<E>(n);
    for (size_t size = 0; size <= size_t{1} << n; ++size) {
      auto base_values = this->template random<F>(size);
      auto values = this->template random<E>(size);
      EXPECT_EQ((evaluate<F, E>(base_values, point)), this->naive_mle(base_values, point));
      EXPECT_EQ((evaluate<E, E>(values, point)), this->naive_mle(values, point));
    }
  }
}

TYPED_TEST(PolyTest, FoldsBindTheLowAndTheTopBit) {
  using E = TypeParam;
  auto point = this->template random<E>(5);
  auto values = this->template random<E>(32);
  auto low = values, high = values;
  std::span<E> low_rest(low), high_rest(high);
  for (size_t t = 0; t < 5; ++t) {
    low_rest = fold_low(low_rest, point[t]);
    high_rest = fold_high(high_rest, point[4 - t]);
    std::vector<E> above(point.begin() + t + 1, point.end()), below(point.begin(), point.end() - t - 1);
    EXPECT_EQ((evaluate<E, E>(low_rest, above)), this->naive_mle(values, point));
    EXPECT_EQ((evaluate<E, E>(high_rest, below)), this->naive_mle(values, point));
  }
  EXPECT_EQ(low_rest.size(), 1u);
  EXPECT_EQ(high_rest.size(), 1u);
}

TYPED_TEST(PolyTest, IdentityAsMultilinearExtension) {
  using E = TypeParam;
  using F = typename E::Base;
  for (size_t n = 0; n <= 6; ++n) {
    auto point = this->template random<E>(n);
    std::vector<F> indices;
    for (size_t i = 0; i < size_t{1} << n; ++i) indices.push_back(F(i));
    EXPECT_EQ(identity_mle<E>(point), this->naive_mle(indices, point));
  }
}

TYPED_TEST(PolyTest, Horner) {
  using E = TypeParam;
  using F = typename E::Base;
  F x = sample<F>(this->rng_);
  E y = sample<E>(this->rng_);
  for (size_t n = 0; n <= 9; ++n) {
    auto a = this->template random<F>(n);
    auto b = this->template random<E>(n);
    F ax = F::zero();
    E ay = E::zero(), bx = E::zero(), by = E::zero();
    for (size_t i = 0; i < n; ++i) {
      ax += a[i] * x.pow(i);
      ay += y.pow(i) * a[i];
      bx += b[i] * x.pow(i);
      by += b[i] * y.pow(i);
    }
    EXPECT_EQ(horner<F>(a, x), ax);
    EXPECT_EQ(horner<F>(a, y), ay);
    EXPECT_EQ(horner<E>(b, x), bx);
    EXPECT_EQ(horner<E>(b, y), by);
  }
}

TYPED_TEST(PolyTest, DomainIsTheSubgroupInBitReversedOrder) {
  using F = typename TypeParam::Base;
  EXPECT_EQ(bit_reverse(0b0010, 4), 0b0100u);
  EXPECT_EQ(bit_reverse(0b0110'1, 5), 0b1'0110u);
  EXPECT_EQ(domain_point<F>(0, 0), F::one());
  for (int k = 1; k <= 6; ++k) {
    for (uint64_t b = 0; b < uint64_t{1} << (k - 1); ++b) {
      F x = domain_point<F>(k, 2 * b);
      EXPECT_EQ(x, F::root_of_unity(k).pow(bit_reverse(2 * b, k)));
      EXPECT_EQ(domain_point<F>(k, 2 * b + 1), -x);
      EXPECT_EQ(x * x, domain_point<F>(k - 1, b));
    }
  }
}

TYPED_TEST(PolyTest, TransformsMatchTheDefinition) {
  using T = TypeParam;
  using F = typename T::Base;
  for (int log_n = 0; log_n <= 5; ++log_n) {
    size_t n = size_t{1} << log_n;
    for (size_t length = 0; length <= n; ++length) {
      auto coefficients = this->template random<T>(length);
      auto values = evaluate_bitrev<T>(coefficients, log_n);
      ASSERT_EQ(values.size(), n);
      for (size_t j = 0; j < n; ++j) {
        EXPECT_EQ(values[j], horner<T>(coefficients, domain_point<F>(log_n, j)));
      }
      auto back = interpolate_bitrev<T>(values);
      coefficients.resize(n);
      EXPECT_EQ(back, coefficients);
    }
  }
}

// The largest size of the toy field, where every root of unity of the table is in use.
TYPED_TEST(PolyTest, LargerTransforms) {
  using T = TypeParam;
  using F = typename T::Base;
  constexpr int kLogN = 8;
  auto coefficients = this->template random<T>(150);
  auto values = evaluate_bitrev<T>(coefficients, kLogN);
  for (size_t j = 0; j < values.size(); ++j) {
    ASSERT_EQ(values[j], horner<T>(coefficients, domain_point<F>(kLogN, j)));
  }
  coefficients.resize(size_t{1} << kLogN);
  EXPECT_EQ(interpolate_bitrev<T>(values), coefficients);
}

TYPED_TEST(PolyTest, EvaluationIgnoresWhatLiesBeyondTheCoefficients) {
  using T = TypeParam;
  auto buffer = this->template random<T>(16);
  std::vector<T> coefficients(buffer.begin(), buffer.begin() + 5);
  evaluate_bitrev_in_place<T>(buffer, 5);
  EXPECT_EQ(buffer, evaluate_bitrev<T>(coefficients, 4));
}

TYPED_TEST(PolyTest, SparsePowerSumsMatchTheDefinition) {
  using T = TypeParam;
  using F = typename T::Base;
  for (int log_n = 0; log_n <= 5; ++log_n) {
    size_t n = size_t{1} << log_n;
    for (size_t n_terms : {size_t{0}, size_t{1}, size_t{3}, n, n + 3}) {
      std::vector<std::pair<uint64_t, T>> terms;
      for (size_t j = 0; j < n_terms; ++j) terms.emplace_back(this->rng_() % n, sample<T>(this->rng_));
      for (size_t count = 0; count <= n; ++count) {
        std::vector<T> expected(count);
        for (const auto& [position, weight] : terms) {
          F x = domain_point<F>(log_n, position);
          for (size_t i = 0; i < count; ++i) expected[i] += weight * x.pow(i);
        }
        EXPECT_EQ(sparse_power_sums<T>(terms, log_n, count), expected);
      }
    }
  }
}

}  // namespace
}  // namespace tacit::poly
