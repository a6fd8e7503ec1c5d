// TACIT_CHECK: a programmer's invariant, alive in every build. Never reachable by untrusted input: that is what
// Result is for (error.h).
#pragma once

namespace tacit {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace tacit

#define TACIT_CHECK(condition)                                               \
  do {                                                                       \
    if (!(condition)) ::tacit::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
