// From a template to the system of one proof: the number of samples, then the places of all tensors.
//
// A *template* is a system whose batched axes have length 1. A model has one template; every batch size is an instance
// of it. Tensors of weights have no batched axis, so one commitment serves every batch size.
#pragma once

#include "tacit/statement/system.h"

namespace tacit::statement {

// Gives every batched axis the length `samples` (with strips that pad little). Requires samples ≥ 1.
System instantiate(const System& model, uint32_t samples);

// The places that the tensors of an oracle take.
uint64_t places_used(const System& system, OracleId oracle);

// Lays out every tensor and sizes every oracle: tensors of an oracle follow each other in order of falling block size
// (then of their number), so each base is a multiple of its block size. log_rows[o]: message rows of oracle o.
void place(System& system, const std::vector<uint8_t>& log_rows);

}  // namespace tacit::statement
