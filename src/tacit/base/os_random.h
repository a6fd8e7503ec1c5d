// Bytes from the operating system's random generator.
#pragma once

#include <array>
#include <cstdint>

#include "tacit/base/error.h"

namespace tacit {

// 32 bytes from getrandom(2). Errors: kEnvironment when the kernel has no generator.
Result<std::array<uint8_t, 32>> os_random_32();

}  // namespace tacit
