// The interpreter's contraction: statement::contract, faster.
#pragma once

#include "tacit/statement/assignment.h"

namespace tacit::model {

// Fills the accumulator of one contraction. Requires its operands' sources to be assigned.
// Cost: one evaluation of each operand (for a convolution the unfolded input), then 2 to 8 products a cycle
// and core.
void contract(const statement::System& system, statement::Assignment& assignment, statement::ContractionId id);

}  // namespace tacit::model
