// Loops over independent pieces of work on all cores.
//
// A range is cut at fixed multiples of the grain, whatever the number of threads; a piece runs once, on some
// thread, at some time. A result that is a function of the pieces (written to places of their own, or reduced
// in the order of the pieces afterwards) is therefore the same for every number of threads. Loops may be
// nested.
//
// The number of threads is that of set_threads, else of the environment variable TACIT_THREADS, else of the
// machine. With one thread everything runs in order on the caller's.
#pragma once

#include <algorithm>
#include <cstddef>

namespace tacit::parallel {

// Zero means the default again. Not to be called while a loop runs.
void set_threads(size_t n);
size_t threads();

// Runs task(context, i) once for each i < n and returns when all are done. The form that modules without
// threads of their own take as an argument (simd::Loop).
void run(size_t n, void (*task)(void* context, size_t index), void* context);

// f(first, last) for consecutive pieces [first, last) of [begin, end), each of `grain` indices but for the
// last.
template <class F>
void parallel_for(size_t begin, size_t end, size_t grain, const F& f) {
  if (begin >= end) return;
  grain = std::max<size_t>(grain, 1);
  struct Range {
    size_t begin, end, grain;
    const F& f;
  } range{begin, end, grain, f};
  run((end - begin - 1) / grain + 1,
      [](void* context, size_t index) {
        const Range& r = *static_cast<const Range*>(context);
        size_t first = r.begin + index * r.grain;
        r.f(first, first + std::min(r.grain, r.end - first));
      },
      &range);
}

}  // namespace tacit::parallel
