#include "tacit/parallel/parallel.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <cstdlib>
#include <optional>
#include <thread>

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

// The two atomics repeat what TBB guarantees, start before task before return, where a thread sanitizer can
// see it: the library itself is not instrumented.
void run(size_t n, void (*task)(void* context, size_t index), void* context) {
  Pool& p = pool();
  if (n <= 1 || p.size == 1) {
    for (size_t i = 0; i < n; ++i) task(context, i);
    return;
  }
  std::atomic<size_t> started{0}, done{0};
  started.store(1, std::memory_order_release);
  p.arena.execute([&] {
    tbb::parallel_for(size_t{0}, n, [&](size_t i) {
      started.load(std::memory_order_acquire);
      task(context, i);
      done.fetch_add(1, std::memory_order_release);
    });
  });
  done.load(std::memory_order_acquire);
}

}  // namespace tacit::parallel
