// Buffer<T>: an uninitialised array for a prover's large intermediate values; large ones ask for huge pages, whose first
// touch costs an eighth of that of small ones.
#pragma once

#include <cstdlib>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "tacit/base/check.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace tacit::prover {

template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() = default;
  explicit Buffer(size_t size) : size_(size) {
    constexpr size_t kHugePage = size_t{2} << 20;
    const size_t alignment = size * sizeof(T) >= kHugePage ? kHugePage : 64;
    const size_t bytes = (size * sizeof(T) + alignment - 1) / alignment * alignment;
    if (bytes == 0) return;
    data_.reset(static_cast<T*>(std::aligned_alloc(alignment, bytes)));
    TACIT_CHECK(data_ != nullptr);
#if defined(__linux__)
    if (alignment == kHugePage) madvise(data_.get(), bytes, MADV_HUGEPAGE);
#endif
  }

  size_t size() const { return size_; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](size_t i) { return data_.get()[i]; }
  const T& operator[](size_t i) const { return data_.get()[i]; }
  std::span<T> span() { return {data(), size_}; }
  std::span<const T> span() const { return {data(), size_}; }
  // Keeps the first elements only.
  void shrink(size_t size) {
    TACIT_CHECK(size <= size_);
    size_ = size;
  }

 private:
  struct Free {
    void operator()(T* p) const { std::free(p); }
  };
  size_t size_ = 0;
  std::unique_ptr<T[], Free> data_;
};

}  // namespace tacit::prover
