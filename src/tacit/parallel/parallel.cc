#include "tacit/parallel/parallel.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

namespace tacit::parallel {
namespace {

size_t default_threads() {
  const char* text = std::getenv("TACIT_THREADS");
  long n = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
  return n > 0 ? static_cast<size_t>(n) : std::max(1u, std::thread::hardware_concurrency());
}

struct Pool {
  size_t size;
  std::optional<tbb::global_control> limit;  // lets TBB start more threads than there are cores
  tbb::task_arena arena;

  Pool() { resize(default_threads()); }
  void resize(size_t n) {
    size = n;
    limit.emplace(tbb::global_control::max_allowed_parallelism, n);
    arena.terminate();
    arena.initialize(static_cast<int>(n));
  }
};

Pool& pool() {
  static Pool pool;
  return pool;
}

}  // namespace

void set_threads(size_t n) { pool().resize(n == 0 ? default_threads() : n); }

size_t threads() { return pool().size; }

#if defined(__SANITIZE_THREAD__)
// The sanitizer can't see how TBB, which is not compiled with it, orders memory: threads of our own.
void run(size_t n, void (*task)(void* context, size_t index), void* context) {
  std::atomic<size_t> next{0};
  auto work = [&] {
    for (size_t i = next++; i < n; i = next++) task(context, i);
  };
  std::vector<std::thread> others;
  while (others.size() + 1 < std::min(n, pool().size)) others.emplace_back(work);
  work();
  for (std::thread& thread : others) thread.join();
}
#else
void run(size_t n, void (*task)(void* context, size_t index), void* context) {
  Pool& p = pool();
  if (n <= 1 || p.size == 1) {
    for (size_t i = 0; i < n; ++i) task(context, i);
    return;
  }
  p.arena.execute([&] { tbb::parallel_for(size_t{0}, n, [&](size_t i) { task(context, i); }); });
}
#endif

}  // namespace tacit::parallel
