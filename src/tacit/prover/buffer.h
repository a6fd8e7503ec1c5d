// Buffer<T>: an uninitialised array, in huge pages when it is large, that knows its size (simd/work_buffer.h).
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "tacit/simd/work_buffer.h"

namespace tacit::prover {

template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Buffer() : Buffer(0) {}
  explicit Buffer(size_t size) : size_(size), memory_(size) {}
  // What was moved from is empty.
  Buffer(Buffer&& other) noexcept : size_(std::exchange(other.size_, 0)), memory_(std::move(other.memory_)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    size_ = std::exchange(other.size_, 0);
    memory_ = std::move(other.memory_);
    return *this;
  }

  size_t size() const { return size_; }
  T* data() { return memory_.data(); }
  const T* data() const { return memory_.data(); }
  T& operator[](size_t i) { return data()[i]; }
  const T& operator[](size_t i) const { return data()[i]; }

 private:
  size_t size_;
  simd::WorkBuffer<T> memory_;
};

}  // namespace tacit::prover
