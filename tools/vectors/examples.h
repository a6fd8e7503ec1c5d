// Tiny systems with assignments that satisfy them.
#pragma once

#include "tacit/statement/assignment.h"
#include "tacit/statement/system.h"

namespace tacit::vectors {

struct Example {
  statement::System system;
  statement::Assignment assignment;  // complete
};

// The dense layer of docs/spec/appendix-a.md: y = x·wᵀ for x = (3, 1), w = ((1, 2), (3, 0)); z = y is stated.
Example dense_2x2();

// The same layer, whose input is row 1 of three rows of committed data in steps of 2: x − 2·d[1, ·] = 0.
Example committed_input();

// y[s, r] = Σ_i x[s, i]·w[r, i] on 3 samples, 5 inputs, 3 outputs, in strips; z = y + 3·x₀; z is stated.
Example dense_3x5x3();

// y[r] = Σ_i x[i]·w[r, i] on 5 stated inputs and 3 stated outputs: weights are the only cells.
Example public_input();

// What dense layers lack: a batch label, a strided window with padding, several strips, a table of three
// segments, a committed table, denominators, a constant public, an accumulator that is looked up twice, an
// interval by identity.
//   acc[c, o] = Σ_k x[c, 2o + k − 1]·w[c, k];   q = saturate((acc + 2 − rem)/4);   f = t[x];   z = q + 5·mask
Example window(const std::vector<uint8_t>& log_rows = {3, 4});

// The handover of docs/spec 9.4 for two weight tensors, one in strips.
Example handover();

}  // namespace tacit::vectors
