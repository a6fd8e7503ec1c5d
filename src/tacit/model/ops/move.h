// Operators that only move elements become views.
#pragma once

#include "tacit/model/ops/operator.h"
#include "tacit/model/quant/emit.h"

namespace tacit::model {

// Emits a node whose operator has a move rule: each output becomes a sum of views of the inputs, one for
// every box of elements that an affine map per axis describes. Errors: kUnsupported where the positions
// follow no such pattern.
Status emit_move(EmitContext& context, const Node& node, const Operator& op);

// The elements of a form at indices below a shape of the same rank, none longer than the form's axes.
Result<Form> leading_part(EmitContext& context, Form form, const Shape& shape);

}  // namespace tacit::model
