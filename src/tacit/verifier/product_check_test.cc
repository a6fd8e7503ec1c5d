// The veil's tape of affine forms, and the product check on it, with pads in the open.

#include "tacit/verifier/product_check.h"

#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "tacit/field/fields.h"

namespace tacit::verifier {
namespace {

// Answers from two lists that a test fills; labels are ignored.
template <class E>
class ScriptedChannel final : public Channel<E> {
 public:
  using Channel<E>::receive;
  void receive(Label, std::span<E> out) override {
    for (E& x : out) {
      x = messages.empty() ? E::zero() : messages.front();
      if (!messages.empty()) messages.pop_front();
    }
  }
  E challenge(Label) override {
    TACIT_CHECK(!coins.empty());
    const E x = coins.front();
    coins.pop_front();
    return x;
  }
  void check_work(Label, uint32_t) override {}
  std::deque<E> messages, coins;
};

template <class E>
class VeilTest : public testing::Test {
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
  // A scalar of this value, sent under the next pad.
  Affine<E> send(const E& value) {
    channel_.messages.push_back(value - pads_[veil_.pads()]);
    return veil_.receive(Label::kOperand);
  }
  E value(const Affine<E>& x) const {
    return x.is_known() ? x.known : x.known + x.factor * veil_.node_values(pads_)[x.node];
  }

  std::mt19937_64 random_{17};
  ScriptedChannel<E> channel_;
  Veil<E> veil_{channel_};
  std::vector<E> pads_ = elements(400);
};

using Fields = testing::Types<field::Toy2, field::Goldilocks2>;
TYPED_TEST_SUITE(VeilTest, Fields);

TYPED_TEST(VeilTest, FormsFollowTheirScalars) {
  using E = TypeParam;
  std::vector<E> values;
  std::vector<Affine<E>> forms;
  for (int step = 0; step < 300; ++step) {
    if (forms.size() < 3 || this->random_() % 3 == 0) {
      values.push_back(this->element());
      forms.push_back(step % 5 == 4 ? Affine<E>(values.back()) : this->send(values.back()));
      continue;
    }
    std::vector<std::pair<E, Affine<E>>> terms;
    E value = E::zero();
    for (size_t n = this->random_() % 4; n > 0; --n) {
      const size_t at = this->random_() % forms.size();
      const E k = this->random_() % 4 == 0 ? E::zero() : this->element();
      terms.emplace_back(k, forms[at]);
      value += k * values[at];
    }
    const E shift = this->element(), scale = this->element();
    forms.push_back((this->veil_.sum(terms) + shift) * scale - shift);
    values.push_back((value + shift) * scale - shift);
  }
  std::vector<std::pair<E, Affine<E>>> all;
  E linear = E::zero();
  for (size_t i = 0; i < forms.size(); ++i) {
    ASSERT_EQ(this->value(forms[i]), values[i]) << i;
    all.emplace_back(this->element(), forms[i]);
    linear += all.back().first * (values[i] - forms[i].known);
  }
  const std::vector<E> weights = this->veil_.pad_weights(all);
  ASSERT_EQ(weights.size(), this->veil_.pads());
  E sum = E::zero();
  for (size_t k = 0; k < weights.size(); ++k) sum += weights[k] * this->pads_[k];
  EXPECT_EQ(sum, linear);
}

// A relation between known values is decided at once; all others wait for the end.
TYPED_TEST(VeilTest, KnownRelationsAreDecidedAtOnce) {
  using E = TypeParam;
  this->veil_.assert_zero(Affine<E>(E::zero()), "here");
  EXPECT_TRUE(this->channel_.ok());
  const Affine<E> x = this->send(E::one());
  this->veil_.assert_equal(x, x, "there");  // its factor stays: a form of the tape
  this->veil_.assert_zero(Affine<E>(E::one()), "here");
  ASSERT_FALSE(this->channel_.ok());
  EXPECT_EQ(this->channel_.status().error().code, Code::kLinearCheck);
  EXPECT_EQ(this->channel_.status().error().place, "here");
}

template <class E>
class ProductCheckTest : public VeilTest<E> {
 protected:
  // Σ κ x y over a few terms whose factors are pads, known, or combinations; `error` is added to the asserted
  // sum.
  void relation(const E& error) {
    std::vector<ProductTerm<E>> terms;
    E sum = E::zero();
    for (size_t n = 1 + this->random_() % 3; n > 0; --n) {
      const ProductTerm<E> term{this->element(), factor(), factor()};
      sum += term.coefficient * this->value(term.x) * this->value(term.y);
      terms.push_back(term);
    }
    const Affine<E> z = this->random_() % 2 ? this->send(sum + error) : Affine<E>(sum + error);
    this->veil_.assert_products(terms, z);
  }
  Affine<E> factor() {
    switch (this->random_() % 4) {
      case 0:
        return Affine<E>(this->element());
      case 1:
        return this->send(this->element()) * this->element() + this->element();
      case 2:
        return this->veil_.sum(
            {{this->element(), this->send(this->element())}, {E::one(), this->send(this->element())}});
      default:
        return this->send(this->element());
    }
  }
  E challenge_outside_01() {
    E r = this->element();
    while (r == E::zero() || r == E::one()) r = this->element();
    return r;
  }
  // The honest messages of the product sumcheck, by definition: p(0) and p(2) of Σ a·b on the remaining cube.
  void prove(const ProductCheck<E>& check) {
    std::vector<E> a(size_t{1} << check.bits, E::zero()), b = a;
    auto linear = [&](const SlotEntry<E>& s) { return s.factor * (this->value(s.form) - s.form.known); };
    for (size_t j = 0; j < check.a.size(); ++j) a[j] = linear(check.a[j]), b[j] = linear(check.b[j]);
    const E two = E::one() + E::one();
    size_t pad = this->veil_.pads();
    for (int t = check.bits; t-- > 0;) {
      const size_t half = size_t{1} << t;
      E at_0 = E::zero(), at_2 = E::zero();
      for (size_t i = 0; i < half; ++i) {
        at_0 += a[i] * b[i];
        at_2 += (two * a[half + i] - a[i]) * (two * b[half + i] - b[i]);
      }
      this->channel_.messages.push_back(at_0 - this->pads_[pad++]);
      this->channel_.messages.push_back(at_2 - this->pads_[pad++]);
      const E r = challenge_outside_01();
      if (this->random_() % 4 == 0) this->channel_.coins.push_back(E::one());  // rejected and drawn again
      this->channel_.coins.push_back(r);
      for (size_t i = 0; i < half; ++i) {
        a[i] += r * (a[half + i] - a[i]);
        b[i] += r * (b[half + i] - b[i]);
      }
    }
    this->channel_.messages.push_back(a[0]);
    this->channel_.messages.push_back(b[0]);
  }
  // Runs the whole end of the veil; does the linear claim on the pads hold?
  bool holds() {
    this->channel_.coins.push_back(this->element());  // χ
    const ProductCheck<E> check = begin_product_check(this->veil_);
    EXPECT_EQ(check.a.size(), check.b.size());
    prove(check);
    finish_product_check(this->veil_, check);
    this->channel_.coins.push_back(this->element());
    const PadClaim<E> claim = batch_linear_checks(this->veil_);
    EXPECT_TRUE(this->channel_.messages.empty() && this->channel_.coins.empty());
    EXPECT_LE(claim.weights.size(), this->pads_.size());
    E sum = E::zero();
    for (size_t k = 0; k < claim.weights.size(); ++k) sum += claim.weights[k] * this->pads_[k];
    return this->channel_.ok() && sum == claim.value;
  }
};

TYPED_TEST_SUITE(ProductCheckTest, Fields);

TYPED_TEST(ProductCheckTest, TrueProductsPass) {
  for (int n = 0; n < 8; ++n) this->relation(TypeParam::zero());
  this->veil_.assert_equal(this->send(TypeParam::one()), Affine<TypeParam>(TypeParam::one()), "one");
  EXPECT_TRUE(this->holds());
}
TYPED_TEST(ProductCheckTest, NoProductsPass) { EXPECT_TRUE(this->holds()); }
TYPED_TEST(ProductCheckTest, OneFalseProductFails) {
  for (int n = 0; n < 7; ++n) this->relation(n == 4 ? TypeParam::one() : TypeParam::zero());
  EXPECT_FALSE(this->holds());
}
// Two errors that would cancel in a plain sum: χ is drawn after both.
TYPED_TEST(ProductCheckTest, OppositeErrorsFail) {
  this->relation(TypeParam::one());
  this->relation(-TypeParam::one());
  EXPECT_FALSE(this->holds());
}
TYPED_TEST(ProductCheckTest, OneFalseLinearRelationFails) {
  this->relation(TypeParam::zero());
  this->veil_.assert_equal(this->send(TypeParam::one()), this->send(TypeParam::zero()), "one is zero");
  EXPECT_FALSE(this->holds());
}
TYPED_TEST(ProductCheckTest, OppositeLinearErrorsFail) {
  using E = TypeParam;
  this->veil_.assert_zero(this->send(E::one()), "one");
  this->veil_.assert_zero(this->send(-E::one()), "minus one");
  EXPECT_FALSE(this->holds());
}

}  // namespace
}  // namespace tacit::verifier
