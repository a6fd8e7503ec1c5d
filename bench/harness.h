// Measures a kernel: the least time of many repetitions, per unit of work, at every level of vector
// instructions.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>

#include "tacit/simd/level.h"

namespace tacit::bench {

class Harness {
 public:
  // Runs only what has `filter` in its name.
  explicit Harness(std::string filter) : filter_(std::move(filter)) {}

  // Prints a row: nanoseconds per unit at each level. f does `units` units of work.
  void measure(const std::string& name, const char* unit, double units, const std::function<void()>& f) const {
    if (name.find(filter_) == std::string::npos) return;
    std::printf("%-44s", name.c_str());
    for (simd::Level level : simd::available_levels()) {
      simd::set_level(level);
      std::printf("  %s %8.3f", simd::level_name(level), least_seconds(f) / units * 1e9);
      std::fflush(stdout);
    }
    std::printf("  ns/%s\n", unit);
    simd::set_level(simd::available_levels().back());
  }

 private:
  static double least_seconds(const std::function<void()>& f) {
    double least = 1e9, total = 0;
    for (int i = 0; i < 3 || (total < 0.15 && i < 1000); ++i) {
      double start = now();
      f();
      double seconds = now() - start;
      least = std::min(least, seconds);
      total += seconds;
    }
    return least;
  }

  static double now() {
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  }

  std::string filter_;
};

}  // namespace tacit::bench
