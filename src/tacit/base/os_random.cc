#include "tacit/base/os_random.h"

#include <sys/random.h>

namespace tacit {

Result<std::array<uint8_t, 32>> os_random_32() {
  std::array<uint8_t, 32> out;
  // At most 256 bytes are delivered whole once the pool is ready, so a short read is an error, not a partial result.
  if (getrandom(out.data(), out.size(), 0) != static_cast<ssize_t>(out.size()))
    return fail(Code::kEnvironment, "getrandom");
  return out;
}

}  // namespace tacit
