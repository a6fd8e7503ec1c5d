// Facts about the fields in use, checked by the compiler.
#include "tacit/field/fields.h"

namespace tacit::field {

// Every member compiles, used or not.
template class Extension<Goldilocks, 2, 7>;
template class Extension<Goldilocks, 3, 2>;

namespace {

// X^D − W is irreducible: W is no D-th power.
template <class E>
constexpr bool irreducible() {
  using F = typename E::Base;
  return !(F(E::kNonResidue).pow((F::kModulus - 1) / E::kDegree) == F::one());
}
// kGenerator is no r-th power for the prime r.
template <class F>
constexpr bool generator_avoids(uint64_t r) {
  return (F::kModulus - 1) % r == 0 && !(F(F::kGenerator).pow((F::kModulus - 1) / r) == F::one());
}

static_assert(BaseField<Goldilocks> && BaseField<Toy>);
static_assert(ExtensionField<Goldilocks2> && ExtensionField<Goldilocks3> && ExtensionField<Toy2>);
static_assert(irreducible<Goldilocks2>() && irreducible<Goldilocks3>() && irreducible<Toy2>());

static_assert((Goldilocks::kModulus - 1) == (uint64_t{1} << 32) * 3 * 5 * 17 * 257 * 65537);
static_assert(generator_avoids<Goldilocks>(2) && generator_avoids<Goldilocks>(3) && generator_avoids<Goldilocks>(5));
static_assert(generator_avoids<Goldilocks>(17) && generator_avoids<Goldilocks>(257));
static_assert(generator_avoids<Goldilocks>(65537) && generator_avoids<Toy>(2));

constexpr Goldilocks kOmega = Goldilocks::root_of_unity(32);
static_assert(kOmega == Goldilocks(Goldilocks::kGenerator).pow((Goldilocks::kModulus - 1) >> 32).pow(5));
static_assert(kOmega.pow(uint64_t{1} << 26) == Goldilocks(8) && Goldilocks::root_of_unity(6) == Goldilocks(8));
static_assert(Goldilocks::root_of_unity(4) == Goldilocks(uint64_t{1} << 12));
static_assert(Goldilocks::root_of_unity(1) == -Goldilocks::one());

}  // namespace
}  // namespace tacit::field
