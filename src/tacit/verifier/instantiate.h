// The fields that a proof can be over: the two profiles, and a toy field for exact tests of zero knowledge.
#pragma once

#include "tacit/field/fields.h"

#define TACIT_FOR_EACH_FIELD(X)  \
  X(::tacit::field::Goldilocks2) \
  X(::tacit::field::Goldilocks3) \
  X(::tacit::field::Toy2)
