// The sample itself: a true statement, well formed, accepted.

#include "sample.h"

namespace tacit::soundness {
namespace {

template <class E>
class SampleTest : public testing::Test {};
using Fields = testing::Types<field::Goldilocks2, field::Goldilocks3>;
TYPED_TEST_SUITE(SampleTest, Fields);

TYPED_TEST(SampleTest, IsAcceptedWithAnyCoins) {
  using E = TypeParam;
  for (uint64_t seed = 1; seed < 6; ++seed)
    for (Work work : {Work::kNone, Work::kSome})
      for (size_t levels : {0, 1, 3}) {
        const Sample sample = make_sample(seed);
        ASSERT_TRUE(statement::check(sample.system));
        ASSERT_TRUE(statement::satisfies(sample.system, sample.assignment));
        const Instance<E> instance(sample, make_parameters<E>(work, levels));
        const Status shape = verifier::check_shape(sample.system, instance.parameters);
        ASSERT_TRUE(shape) << shape.error().message();
        const Status verdict = instance.verify(instance.prove(1));
        ASSERT_TRUE(verdict) << verdict.error().message();
        PredictableCoins coins(3), same(3);
        const Status other = instance.verify(instance.prove(1, coins), same);
        ASSERT_TRUE(other) << other.error().message();
        // The public entry takes the field from the profile.
        EXPECT_TRUE(verifier::verify(instance.statement(), instance.prove(2)));
      }
}

// Its parameters are far below both profiles, and check_parameters says so.
TYPED_TEST(SampleTest, IsNotSecure) {
  const Instance<TypeParam> instance(make_sample(), make_parameters<TypeParam>(Work::kSome));
  const auto ledger = verifier::check_parameters(instance.sample.system, instance.parameters);
  ASSERT_FALSE(ledger);
  EXPECT_EQ(ledger.error().code, Code::kInsecureParameters);
}

}  // namespace
}  // namespace tacit::soundness
