// Canonical bytes of a model's two parts.
//
// Format: fields in the order of program.h (statement/archive.h); bounds as two i64; weights row-major,
// tensor after tensor, at the least of 2, 4 or 8 bytes that holds the tensor's declared range, without
// counts.
#pragma once

#include "tacit/base/bytes.h"
#include "tacit/model/quant/program.h"

namespace tacit::model {

void write(Writer& out, const PublicModel& model);
// Errors: kTruncated, kNonCanonical, kTooLarge; structure is for `validate` or statement::check.
Result<PublicModel> parse_public(Reader& in);

// The private part: steps, weights, names of nodes.
void write(Writer& out, const IntegerModel& model);
// The private part of the model whose public part is `open`, validated.
// Errors: those of parse_public and validate; kBadModel (a weight outside its declared range).
Result<IntegerModel> parse_private(Reader& in, PublicModel open);

}  // namespace tacit::model
