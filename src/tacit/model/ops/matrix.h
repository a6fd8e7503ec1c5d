// The product of two matrices, or stacks of them, as a contraction.
#pragma once

#include "tacit/model/quant/emit.h"

namespace tacit::model {

// Which of an operand's last two axes is summed over; the other gives the product's rows or columns.
struct MatrixAxes {
  size_t row;
  size_t inner;
};

// Σ over a's axis in_a.inner and c's axis in_c.inner, which are equally long; axes before the last two broadcast.
Result<Form> matrix_product(EmitContext& e, Form a, MatrixAxes in_a, Form c, MatrixAxes in_c);

}  // namespace tacit::model
