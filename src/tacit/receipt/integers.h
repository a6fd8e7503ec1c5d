// Lists of integers in files, as narrow as they fit:
//
//   width u8 (1, 2, 4 or 8 bytes, the least that fits all) ‖ count u32 ‖ the integers, two's complement, little-endian
#pragma once

#include <vector>

#include "tacit/base/bytes.h"

namespace tacit::receipt {

void write_integers(Writer& out, const std::vector<int64_t>& values);
// Errors: kTruncated, kNonCanonical.
Result<std::vector<int64_t>> parse_integers(Reader& in);

}  // namespace tacit::receipt
