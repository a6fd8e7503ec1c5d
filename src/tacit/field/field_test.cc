#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>
#include <vector>

#include "tacit/field/batch.h"
#include "tacit/field/fields.h"
#include "tacit/field/serialize.h"
#include "tacit/field/uniform.h"

namespace tacit::field {
namespace {

template <class T>
class FieldTest : public testing::Test {
 protected:
  using F = typename T::Base;

  // Every combination of edge coefficients in two places, then random elements.
  std::vector<T> elements(int n_random) {
    constexpr uint64_t p = F::kModulus;
    std::vector<T> out;
    const std::array<uint64_t, 8> edges = {0, 1, 2, p / 2, p / 2 + 1, p - 2, p - 1, (uint64_t{1} << 32) % p};
    for (uint64_t a : edges) {
      for (uint64_t b : edges) {
        T x;
        x[0] = F(a);
        x[T::kDegree - 1] = F(b);
        out.push_back(x);
      }
    }
    for (int i = 0; i < n_random; ++i) out.push_back(sample<T>(rng_));
    return out;
  }

  std::mt19937_64 rng_{20240607};
};

using Fields = testing::Types<Goldilocks, Goldilocks2, Goldilocks3, Toy, Toy2, SmallPrime<97, 5>, SmallPrime<17, 3>,
                              Extension<SmallPrime<97, 5>, 3, 5>, Extension<SmallPrime<17, 3>, 2, 3>>;
TYPED_TEST_SUITE(FieldTest, Fields);

TYPED_TEST(FieldTest, RingLaws) {
  using T = TypeParam;
  auto xs = this->elements(40);
  for (const T& a : xs) {
    EXPECT_EQ(a + T::zero(), a);
    EXPECT_EQ(a * T::one(), a);
    EXPECT_EQ(a * T::zero(), T::zero());
    EXPECT_EQ(a + (-a), T::zero());
    EXPECT_EQ(T::zero() - a, -a);
    for (const T& b : xs) {
      EXPECT_EQ(a + b, b + a);
      EXPECT_EQ(a * b, b * a);
      EXPECT_EQ(a - b, a + (-b));
      EXPECT_EQ((a + b) * (a - b), a * a - b * b);
      const T& c = xs[this->rng_() % xs.size()];
      EXPECT_EQ((a + b) + c, a + (b + c));
      EXPECT_EQ((a * b) * c, a * (b * c));
      EXPECT_EQ(a * (b + c), a * b + a * c);
      T d = a;
      d += b;
      d *= c;
      d -= a;
      EXPECT_EQ(d, (a + b) * c - a);
      EXPECT_EQ(a * T(b[0]), a * b[0]);
      EXPECT_EQ(b[0] * a, a * b[0]);
    }
  }
}

TYPED_TEST(FieldTest, InverseAndPowers) {
  using T = TypeParam;
  EXPECT_EQ(T::zero().inverse(), T::zero());
  EXPECT_EQ(T::zero().pow(0), T::one());
  for (const T& a : this->elements(100)) {
    EXPECT_EQ(a * a.inverse(), a == T::zero() ? T::zero() : T::one());
    EXPECT_EQ(a.pow(5), a * a * a * a * a);
    EXPECT_EQ(a.pow(37) * a.pow(26), a.pow(63));
  }
}

TYPED_TEST(FieldTest, BatchInverse) {
  using T = TypeParam;
  auto xs = this->elements(50);
  auto ys = xs;
  batch_inverse<T>(ys);
  for (size_t i = 0; i < xs.size(); ++i) EXPECT_EQ(ys[i], xs[i].inverse());
  batch_inverse<T>({});
}

// X^D − W is irreducible exactly when x ↦ x^p moves X to a multiple of itself by a primitive D-th root of
// unity.
TYPED_TEST(FieldTest, Frobenius) {
  using T = TypeParam;
  constexpr int D = T::kDegree;
  for (const T& a : this->elements(20)) {
    T x = a;
    for (int i = 0; i < D; ++i) x = x.pow(T::Base::kModulus);
    EXPECT_EQ(x, a);
    T embedded(a[0]);
    EXPECT_EQ(embedded.pow(T::Base::kModulus), embedded);
  }
  if constexpr (D > 1) {
    T x;
    x[1] = T::Base::one();
    EXPECT_EQ(x.pow(D), T(typename T::Base(T::kNonResidue)));
    T image = x.pow(T::Base::kModulus);
    typename T::Base zeta = image[1];
    EXPECT_EQ(image, x * zeta);
    EXPECT_FALSE(zeta == T::Base::one());
    EXPECT_EQ(zeta.pow(D), T::Base::one());
  }
}

TYPED_TEST(FieldTest, RootsOfUnity) {
  using F = typename TypeParam::Base;
  EXPECT_EQ(F::root_of_unity(0), F::one());
  EXPECT_EQ(F::root_of_unity(1), -F::one());
  for (int k = 1; k <= F::kTwoAdicity; ++k) {
    F w = F::root_of_unity(k);
    EXPECT_EQ(w * w, F::root_of_unity(k - 1));
    EXPECT_EQ(w.pow(uint64_t{1} << (k - 1)), -F::one());
  }
}

TYPED_TEST(FieldTest, SerializationRoundTrip) {
  using T = TypeParam;
  auto xs = this->elements(20);
  Writer w;
  for (const T& x : xs) write(w, x);
  EXPECT_EQ(w.size(), xs.size() * T::kBytes);
  Reader r(w.bytes());
  for (const T& x : xs) EXPECT_EQ(read<T>(r).value(), x);
  EXPECT_TRUE(r.finish());
  EXPECT_EQ(read<T>(r).error().code, Code::kTruncated);
}

TYPED_TEST(FieldTest, SerializationRefusesNonCanonical) {
  using T = TypeParam;
  using F = typename T::Base;
  const uint64_t largest = F::kBytes == 8 ? ~uint64_t{0} : 0xffff;
  for (int bad = 0; bad < T::kDegree; ++bad) {
    for (uint64_t word : {F::kModulus, F::kModulus + 1, largest}) {
      Writer w;
      for (int i = 0; i < T::kDegree; ++i) {
        uint64_t v = i == bad ? word : F::kModulus - 1;
        for (int k = 0; k < F::kBytes; ++k) w.u8(static_cast<uint8_t>(v >> (8 * k)));
      }
      Reader r(w.bytes());
      auto x = read<T>(r);
      ASSERT_FALSE(x);
      EXPECT_EQ(x.error().code, Code::kNonCanonical);
      EXPECT_EQ(x.error().index, static_cast<uint64_t>(bad * F::kBytes));
    }
  }
}

TYPED_TEST(FieldTest, WordsAreRejectedNotReduced) {
  using T = TypeParam;
  using F = typename T::Base;
  EXPECT_EQ(from_word<F>(0), F::zero());
  EXPECT_EQ(from_word<F>(F::kModulus - 1), -F::one());
  EXPECT_FALSE(from_word<F>(F::kModulus));
  EXPECT_FALSE(from_word<F>(F::kModulus + 1));
  EXPECT_FALSE(from_word<F>(~uint64_t{0}));

  std::vector<uint64_t> words = {F::kModulus, 5, ~uint64_t{0}, F::kModulus, 6, 7};
  size_t used = 0;
  T x = sample<T>([&] { return words[used++]; });
  for (int i = 0; i < T::kDegree; ++i) EXPECT_EQ(x[i], F(5 + i));
  const std::array<size_t, 3> expected_use = {2, 5, 6};
  EXPECT_EQ(used, expected_use[T::kDegree - 1]);
}

TYPED_TEST(FieldTest, SignedIntegers) {
  using F = typename TypeParam::Base;
  constexpr int64_t min = std::numeric_limits<int64_t>::min(), max = std::numeric_limits<int64_t>::max();
  for (int64_t v : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{-12345}, min, max}) {
    __int128 residue = (static_cast<__int128>(v) % F::kModulus + F::kModulus) % F::kModulus;
    EXPECT_EQ(F::from_i64(v).value(), static_cast<uint64_t>(residue)) << v;
  }
}

TYPED_TEST(FieldTest, AgreesWithWideRemainder) {
  using F = typename TypeParam::Base;
  constexpr unsigned __int128 p = F::kModulus;
  std::vector<uint64_t> words = {0,
                                 1,
                                 2,
                                 F::kModulus - 1,
                                 F::kModulus,
                                 F::kModulus + 1,
                                 ~uint64_t{0},
                                 0xffffffff,
                                 uint64_t{1} << 32,
                                 uint64_t{1} << 63,
                                 0xffffffff00000000,
                                 0xfffffffe00000001};
  for (int i = 0; i < 300; ++i) words.push_back(this->rng_());
  for (uint64_t a : words) {
    EXPECT_EQ(F(a).value(), static_cast<uint64_t>(a % p));
    for (uint64_t b : words) {
      unsigned __int128 x = F(a).value(), y = F(b).value();
      EXPECT_EQ((F(a) * F(b)).value(), static_cast<uint64_t>(x * y % p));
      EXPECT_EQ((F(a) + F(b)).value(), static_cast<uint64_t>((x + y) % p));
      EXPECT_EQ((F(a) - F(b)).value(), static_cast<uint64_t>((x + p - y) % p));
    }
  }
}

TEST(ToyField, SamplerIsExactlyUniform) {
  std::array<int, 257> counts{};
  for (uint64_t word = 0; word < 512 * 4; ++word) {
    if (auto x = from_word<Toy>(word)) ++counts[x->value()];
  }
  for (int count : counts) EXPECT_EQ(count, 4);
}

TEST(GoldilocksDeathTest, FromCanonicalRefusesModulus) {
  EXPECT_DEATH(Goldilocks::from_canonical(Goldilocks::kModulus), "kModulus");
}

}  // namespace
}  // namespace tacit::field
