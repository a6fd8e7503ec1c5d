// Constraints on H against dense functionals that are folded alongside.

#include "tacit/verifier/h_vector.h"

#include <gtest/gtest.h>

#include <random>

#include "tacit/field/fields.h"
#include "tacit/poly/eq.h"

namespace tacit::verifier {
namespace {

template <class E>
class HVectorTest : public testing::Test {
 protected:
  using F = typename E::Base;
  E element() {
    E out;
    for (int i = 0; i < E::kDegree; ++i) out[i] = F(random_() % F::kModulus);
    return out;
  }
  std::vector<E> elements(size_t n) {
    std::vector<E> out(n);
    for (E& x : out) x = element();
    return out;
  }
  static E dot(const std::vector<E>& x, const std::vector<E>& y) {
    E out = E::zero();
    for (size_t i = 0; i < x.size(); ++i) out += x[i] * y[i];
    return out;
  }
  static void fold(std::vector<E>& v, const E& r) {
    const size_t half = v.size() / 2;
    for (size_t i = 0; i < half; ++i) v[i] += r * (v[half + i] - v[i]);
    v.resize(half);
  }
  std::mt19937_64 random_{3};
};

using Fields = testing::Types<field::Toy2, field::Goldilocks2>;
TYPED_TEST_SUITE(HVectorTest, Fields);

// Blocks of 2^log_size at aligned offsets of a vector of 2^bits: every kind of constraint on every block,
// bound coordinate by coordinate, agrees with the same functional written out.
TYPED_TEST(HVectorTest, EveryBlockOfAVector) {
  using E = TypeParam;
  const int bits = 4;
  for (uint8_t log_size = 0; log_size <= bits; ++log_size)
    for (uint64_t offset = 0; offset < 16; offset += uint64_t{1} << log_size)
      for (uint8_t tail_size = 0; tail_size <= log_size; ++tail_size) {
        const HBlock block{0, false, log_size, offset};
        const uint64_t tail_offset = (offset + 8) % 16 >> tail_size << tail_size;
        const HBlock tail{0, true, tail_size, tail_offset};
        const uint64_t size = uint64_t{1} << log_size;
        HConstraints<E> h(bits);
        std::vector<std::vector<E>> functionals;
        const std::vector<E> vector = this->elements(16);
        auto open = [&](std::vector<E> f) {
          functionals.push_back(f);
          return this->dot(f, vector);
        };
        // eq
        const std::vector<E> point = this->elements(log_size), eq = poly::eq_table<E>(point);
        std::vector<E> f(16, E::zero());
        for (uint64_t i = 0; i < size; ++i) f[offset + i] = eq[i];
        h.add_eq(block, point, open(f));
        // powers, with and without a tail
        const typename E::Base x = this->element()[0];
        f.assign(16, E::zero());
        E power = E::one();
        for (uint64_t i = 0; i < size; ++i, power *= x) f[offset + i] += power;
        h.add_powers(block, nullptr, x, open(f));
        for (uint64_t i = 0; i < (uint64_t{1} << tail_size); ++i, power *= x) f[tail_offset + i] += power;
        h.add_powers(block, &tail, x, open(f));
        // dense, of a shorter list
        const std::vector<E> values = this->elements((size + 1) / 2);
        f.assign(16, E::zero());
        for (size_t i = 0; i < values.size(); ++i) f[offset + i] = values[i];
        h.add_dense(block, values, open(f));
        ASSERT_EQ(h.open(), 4u);
        const E kappa = this->element();
        h.batch(kappa);
        ASSERT_EQ(h.open(), 0u);
        std::vector<E> total(16, E::zero());
        E k = kappa;
        for (const auto& g : functionals) {
          for (size_t i = 0; i < 16; ++i) total[i] += k * g[i];
          k *= kappa;
        }
        std::vector<E> rest = vector;
        ASSERT_EQ(h.claim(), this->dot(total, rest));
        ASSERT_EQ(h.evaluate(rest), h.claim());
        for (int t = bits; t-- > 0;) {
          const E r = this->element();
          this->fold(rest, r), this->fold(total, r);
          h.bind_top(r, this->dot(total, rest));
          ASSERT_EQ(h.bits(), t);
          ASSERT_EQ(h.evaluate(rest), this->dot(total, rest));
        }
      }
}

// Constraints that come later are batched among themselves and add to the claim that is there.
TYPED_TEST(HVectorTest, BatchesAddUp) {
  using E = TypeParam;
  const HBlock whole{0, false, 3, 0};
  const std::vector<E> vector = this->elements(8), point = this->elements(3);
  HConstraints<E> g(3);
  g.add_eq(whole, point, this->dot(poly::eq_table<E>(point), vector));
  g.batch(this->element());
  const E before = g.claim(), late = this->element();
  g.add_powers(whole, nullptr, E::Base::one(), late);
  const E kappa = this->element();
  g.batch(kappa);
  EXPECT_EQ(g.claim(), before + kappa * late);
}

// An out-of-place entry of H is seen: the functional of a block is zero outside it.
TYPED_TEST(HVectorTest, NothingOutsideTheBlockCounts) {
  using E = TypeParam;
  HConstraints<E> h(3);
  const std::vector<E> point = this->elements(1);
  h.add_eq({0, false, 1, 4}, point, E::zero());
  h.batch(E::one());
  for (size_t i = 0; i < 8; ++i) {
    std::vector<E> unit(8, E::zero());
    unit[i] = E::one();
    const E got = h.evaluate(unit);
    EXPECT_EQ(got, i == 4 ? E::one() - point[0] : i == 5 ? point[0] : E::zero()) << i;
  }
}

}  // namespace
}  // namespace tacit::verifier
