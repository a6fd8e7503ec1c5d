// The fields in use. The protocol runs over (Goldilocks, Goldilocks2) in the 100-bit profile and over
// (Goldilocks, Goldilocks3) in the 128-bit profile; the toy fields serve exact tests.
#pragma once

#include "tacit/field/concept.h"
#include "tacit/field/extension.h"
#include "tacit/field/goldilocks.h"
#include "tacit/field/small_prime.h"

namespace tacit::field {

using Goldilocks2 = Extension<Goldilocks, 2, 7>;
using Goldilocks3 = Extension<Goldilocks, 3, 2>;

using Toy = SmallPrime<257, 3>;
using Toy2 = Extension<Toy, 2, 3>;

}  // namespace tacit::field
