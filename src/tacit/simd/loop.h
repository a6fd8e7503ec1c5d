// Loop: how the kernels here get threads. simd/ has none of its own; whoever has some passes parallel::run.
//
// A Loop runs task(context, i) once for each i < n, in any order or at once, and returns when all are done.
// The results of the kernels don't depend on it.
#pragma once

#include <cstddef>

namespace tacit::simd {

using Loop = void (*)(size_t n, void (*task)(void* context, size_t index), void* context);

// In order, on the caller's thread.
inline void serial(size_t n, void (*task)(void* context, size_t index), void* context) {
  for (size_t i = 0; i < n; ++i) task(context, i);
}

// f(i) for each i < n.
template <class F>
void for_each(Loop loop, size_t n, const F& f) {
  loop(
      n, [](void* context, size_t index) { (*static_cast<const F*>(context))(index); }, const_cast<F*>(&f));
}

}  // namespace tacit::simd
