// Time of stages.
#pragma once

#include <chrono>

#include "tacit/api/tacit.h"

namespace tacit::api {

// Announces each stage to `progress` and adds up its time.
class Stages {
 public:
  explicit Stages(Progress progress = {}) : progress_(std::move(progress)) {}

  // Ends the current stage and begins another.
  void begin(const char* name);
  // Ends the current stage.
  Seconds finish();

 private:
  using Clock = std::chrono::steady_clock;
  void end();

  Progress progress_;
  Seconds seconds_;
  const char* name_ = nullptr;
  Clock::time_point start_;
};

// Gives memory that was freed back to the system, so that what comes next doesn't add to what came before.
void release_memory();

}  // namespace tacit::api
