// Canonical bytes of a system, and its digest.
//
// Format (docs/spec): fields in the order of system.h; integers little-endian at their declared width; a list is a u32
// count and its items. There is one encoding of each system, so equal digests mean equal systems.
#pragma once

#include "tacit/base/bytes.h"
#include "tacit/hash/digest.h"
#include "tacit/statement/system.h"

namespace tacit::statement {

void write(Writer& out, const System& system);

// Errors: kTruncated, kNonCanonical (an enumeration out of range). Call `check` on the result before use.
Result<System> parse(Reader& in);

// BLAKE3("tacit system v1" ‖ canonical bytes).
hash::Digest digest(const System& system);

}  // namespace tacit::statement
