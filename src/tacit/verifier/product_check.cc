#include "tacit/verifier/product_check.h"

#include "tacit/poly/eq.h"
#include "tacit/verifier/instantiate.h"

namespace tacit::verifier {

template <class E>
ProductCheck<E> begin_product_check(Veil<E>& veil) {
  const E chi = veil.channel().challenge(Label::kChi);
  ProductCheck<E> check;
  std::vector<std::pair<E, Affine<E>>> claim;
  E power = E::one();
  for (const auto& relation : veil.products()) {
    claim.emplace_back(power, relation.sum);
    for (const ProductTerm<E>& term : relation.terms) {
      const E k = power * term.coefficient;
      Affine<E> dx = term.x;
      dx.known = E::zero();
      claim.emplace_back(-k * term.x.known, term.y);
      claim.emplace_back(-k * term.y.known, dx);
      if (term.x.is_known() || term.y.is_known()) continue;
      check.a.push_back({k, term.x});
      check.b.push_back({E::one(), term.y});
    }
    power *= chi;
  }
  check.claim = veil.sum(claim);
  check.a.push_back({E::one(), veil.bare_pad()});
  check.b.push_back({});
  check.a.push_back({});
  check.b.push_back({E::one(), veil.bare_pad()});
  check.bits = statement::log2_ceil(check.a.size());
  return check;
}

template <class E>
void finish_product_check(Veil<E>& veil, const ProductCheck<E>& check) {
  const SumcheckEnd<E> end = verify_sumcheck(veil, kProductSumcheck, check.bits, check.claim);
  std::array<E, 2> ab;
  veil.channel().receive(Label::kProductEnd, std::span<E>(ab));
  veil.assert_zero(end.value - ab[0] * ab[1], "product check");
  const std::vector<E> eq = poly::eq_table<E>(end.point);
  auto linear = [&](const std::vector<SlotEntry<E>>& entries, const E& value) {
    std::vector<std::pair<E, Affine<E>>> sum;
    for (size_t j = 0; j < entries.size(); ++j) {
      Affine<E> form = entries[j].form;
      form.known = E::zero();
      sum.emplace_back(eq[j] * entries[j].factor, form);
    }
    veil.assert_zero(veil.sum(sum) - value, "product check");
  };
  linear(check.a, ab[0]);
  linear(check.b, ab[1]);
}

template <class E>
PadClaim<E> batch_linear_checks(Veil<E>& veil) {
  const E batch = veil.channel().challenge(Label::kVeilBatch);
  std::vector<std::pair<E, Affine<E>>> forms;
  PadClaim<E> out;
  E power = E::one();
  for (const Affine<E>& form : veil.zeros()) {
    forms.emplace_back(power, form);
    out.value -= power * form.known;
    power *= batch;
  }
  out.weights = veil.pad_weights(forms);
  return out;
}

#define TACIT_INSTANTIATE(E)                                               \
  template ProductCheck<E> begin_product_check<E>(Veil<E>&);               \
  template void finish_product_check<E>(Veil<E>&, const ProductCheck<E>&); \
  template PadClaim<E> batch_linear_checks<E>(Veil<E>&);
TACIT_FOR_EACH_FIELD(TACIT_INSTANTIATE)

}  // namespace tacit::verifier
