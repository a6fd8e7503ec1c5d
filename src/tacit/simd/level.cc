#include "tacit/simd/level.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tacit/base/check.h"

namespace tacit::simd {
namespace {

constexpr Level kLevels[] = {Level::kPortable, Level::kAvx2, Level::kAvx512};

std::atomic<Level>& active() {
  static std::atomic<Level> level = [] {
    Result<Level> chosen = choose_level(std::getenv("TACIT_SIMD"));
    if (!chosen) {
      std::fprintf(stderr, "tacit: %s\n", chosen.error().message().c_str());
      std::exit(2);
    }
    return *chosen;
  }();
  return level;
}

}  // namespace

const char* level_name(Level level) {
  switch (level) {
    case Level::kAvx2:
      return "avx2";
    case Level::kAvx512:
      return "avx512";
    default:
      return "portable";
  }
}

bool is_available(Level level) {
#if TACIT_SIMD_X86
  bool avx2 = __builtin_cpu_supports("avx2");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
                __builtin_cpu_supports("avx512ifma");
#else
  bool avx2 = false, avx512 = false;
#endif
  return level == Level::kPortable || (level == Level::kAvx2 && avx2) || (level == Level::kAvx512 && avx512);
}

std::span<const Level> available_levels() {
  size_t n = 1;
  while (n < std::size(kLevels) && is_available(kLevels[n])) ++n;
  return std::span(kLevels).first(n);
}

Result<Level> choose_level(const char* requested) {
  std::string_view name = requested == nullptr ? "" : requested;
  if (name.empty()) return available_levels().back();
  for (Level level : kLevels) {
    if (name != level_name(level)) continue;
    if (is_available(level)) return level;
    return fail(Code::kEnvironment, "TACIT_SIMD=" + std::string(name), 0,
                "this processor lacks these instructions; the best level here is " +
                    std::string(level_name(available_levels().back())));
  }
  return fail(Code::kUsage, "TACIT_SIMD=" + std::string(name), 0, "the levels are portable, avx2 and avx512");
}

Level active_level() { return active().load(std::memory_order_relaxed); }

void set_level(Level level) {
  TACIT_CHECK(is_available(level));
  active().store(level, std::memory_order_relaxed);
}

}  // namespace tacit::simd
