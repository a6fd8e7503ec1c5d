#include "tacit/base/secret.h"

#include <cstring>

namespace tacit {

void secure_wipe(void* data, size_t size) {
  if (size == 0) return;  // an empty buffer may have no address
  std::memset(data, 0, size);
  __asm__ __volatile__("" : : "r"(data) : "memory");
}

}  // namespace tacit
