// The end of the veil (protocol step 8): all products and all linear relations become one linear claim on the pads.
//
// With dx, dy the linear parts of x and y, Σ_j κ_j x_j y_j = z is Σ_j κ_j dx_j dy_j = z − Σ_j κ_j (x₀·y + y₀·dx). V draws χ;
// slot j of relation i holds a = χ^i κ dx and b = dy; two more slots (a*, 0) and (0, b*) hold pads that nothing else uses.
// A sumcheck of Σ a·b under the veil, with challenges outside {0, 1}, ends in ã, b̃ sent in the clear; both are linear
// in the pads, and so is everything else. V batches; P sends ⟨p′, w⟩ in the clear; V draws β′.
#pragma once

#include <vector>

#include "tacit/verifier/claim.h"

namespace tacit::verifier {

inline constexpr SumcheckLabels kProductSumcheck{Label::kProductRound, Label::kProductPoint, true};

// A slot's entry: factor·(linear part of form).
template <class E>
struct SlotEntry {
  E factor = E::zero();
  Affine<E> form;
};

template <class E>
struct ProductCheck {
  Affine<E> claim;
  std::vector<SlotEntry<E>> a, b;  // of equal length
  int bits = 0;
};

// Draws χ and lays out the slots.
template <class E>
ProductCheck<E> begin_product_check(Veil<E>& veil);

// The sumcheck over the slots, ã and b̃; their linear claims join the veil's.
template <class E>
void finish_product_check(Veil<E>& veil, const ProductCheck<E>& check);

// Batches all linear relations: ⟨p, weights⟩ = value.
template <class E>
PadClaim<E> batch_linear_checks(Veil<E>& veil);

}  // namespace tacit::verifier
