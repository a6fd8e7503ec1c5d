// Levels of vector instructions, and the choice of one at run time.
//
//   portable   C++ alone: the oracle for the others
//   avx2       x86-64 with AVX2
//   avx512     x86-64 with AVX-512 F, BW, DQ, VL and IFMA
//
// Every function of simd/ has the same result at every level. The level is chosen once: the best one that the
// machine has, or what the environment variable TACIT_SIMD names. Code of a level lies in files of its own
// (*_avx2.cc, *_avx512.cc), which are compiled with its instructions and so include nothing that emits inline
// functions which other files share.
#pragma once

#include <span>

#include "tacit/base/error.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define TACIT_SIMD_X86 1
#else
#define TACIT_SIMD_X86 0
#endif

namespace tacit::simd {

enum class Level { kPortable, kAvx2, kAvx512 };

const char* level_name(Level level);
bool is_available(Level level);
// From portable to the best.
std::span<const Level> available_levels();

// The level that `requested` names; the best one for nullptr or "".
// Errors: kUsage (no such level), kEnvironment (this machine lacks it).
Result<Level> choose_level(const char* requested);

// The level in force. At the first call it is choose_level(TACIT_SIMD); when that fails, the message goes to
// standard error and the process exits with status 2. Programs that want to report it themselves call
// choose_level before.
Level active_level();

// Forces a level, for tests and benchmarks. Requires is_available(level), and no kernel running.
void set_level(Level level);

}  // namespace tacit::simd
