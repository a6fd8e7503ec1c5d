// Canonical bytes of a model's private part; the public part's are those of a public file (receipt/public_file.h).
//
// Format: fields in the order of program.h (statement/archive.h); weights row-major, tensor after tensor, at the
// least of 2, 4 or 8 bytes that holds the tensor's declared range, without counts.
#pragma once

#include "tacit/base/bytes.h"
#include "tacit/model/quant/program.h"

namespace tacit::model {

// The private part: steps, weights, names of nodes.
void write(Writer& out, const IntegerModel& model);
// The private part of the model whose public part is `open`, validated.
// Errors: kTruncated, kNonCanonical, kTooLarge; those of validate; kBadModel (a weight outside its declared range).
Result<IntegerModel> parse_private(Reader& in, PublicModel open);

}  // namespace tacit::model
