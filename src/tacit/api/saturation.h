// Which nodes clamped values that left their range.
#pragma once

#include "tacit/model/quant/program.h"

namespace tacit::api {

// By node, in order: the number of elements whose clamp had something to cut off. Nodes without any are left out.
std::vector<std::pair<std::string, uint64_t>> count_saturated(const model::IntegerModel& program,
                                                              const model::Execution& execution);

}  // namespace tacit::api
