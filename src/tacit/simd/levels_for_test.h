// Runs a test at every level that the machine has.
#pragma once

#include <gtest/gtest.h>

#include <random>

#include "tacit/field/goldilocks.h"
#include "tacit/simd/level.h"

namespace tacit::simd {

class AtLevel : public testing::TestWithParam<Level> {
 protected:
  AtLevel() : before_(active_level()) { set_level(GetParam()); }
  ~AtLevel() override { set_level(before_); }

 private:
  Level before_;
};

#define TACIT_AT_ALL_LEVELS(fixture)                                                                                 \
  INSTANTIATE_TEST_SUITE_P(Levels, fixture, testing::ValuesIn(available_levels().begin(), available_levels().end()), \
                           [](const auto& info) { return level_name(info.param); })

// Canonical words, every fourth at or near an end of the range.
class Words {
 public:
  explicit Words(uint64_t seed) : engine_(seed) {}
  uint64_t operator()() {
    constexpr uint64_t kP = field::Goldilocks::kModulus;
    constexpr uint64_t kEdges[] = {0, 1, kP - 1, kP - 2, 0xffffffff, 0x100000000, uint64_t{1} << 63, (kP - 1) / 2};
    uint64_t word = engine_();
    return word % 4 == 0 ? kEdges[(word >> 8) % 8] : field::Goldilocks(engine_()).value();
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tacit::simd
