// One layer of LogUp-GKR: its nodes from its children, and the sumcheck back to them.
#pragma once

#include <vector>

#include "tacit/prover/lookup.h"

namespace tacit::prover {

// The layer above: half as many nodes.
template <class E>
Fractions<E> parents(const Fractions<E>& children);

// Proves the layer whose claim is at `point` from its children; the point becomes one of the children's layer.
template <class E>
void prove_layer(VeilWriter<E>& veil, const Fractions<E>& children, std::vector<E>& point);

}  // namespace tacit::prover
