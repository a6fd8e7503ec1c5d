#include "tacit/api/resources.h"

#include <cstring>
#include <fstream>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace tacit::api {

void Stages::begin(const char* name) {
  end();
  name_ = name;
  start_ = Clock::now();
  if (progress_) progress_(name);
}

void Stages::end() {
  if (name_ == nullptr) return;
  const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
  seconds_.stages.emplace_back(name_, seconds);
  seconds_.total += seconds;
  name_ = nullptr;
}

Seconds Stages::finish() {
  end();
  return seconds_;
}

void release_memory() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

Memory memory_used() {
  std::ifstream status("/proc/self/status");
  uint64_t peak = 0, file = 0;
  for (std::string key; status >> key;) {
    uint64_t kilobytes = 0;
    if (key == "VmHWM:" || key == "RssFile:" || key == "RssShmem:") {
      status >> kilobytes;
      (key == "VmHWM:" ? peak : file) += 1024 * kilobytes;
    }
  }
  return {peak > file ? peak - file : 0, file};
}

}  // namespace tacit::api
