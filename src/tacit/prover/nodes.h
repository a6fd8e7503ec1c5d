// Nodes<E>: a layer's numerators or denominators. Over the 100-bit profile's field they lie in blocks of eight, as the
// vector kernels want them (simd/layer.h); over other fields one after the other.
#pragma once

#include "tacit/prover/buffer.h"
#include "tacit/prover/words.h"
#include "tacit/simd/layer.h"

namespace tacit::prover {

template <class E>
class Nodes {
 public:
  Nodes() = default;
  explicit Nodes(size_t size) : data_(size) {}
  size_t size() const { return data_.size(); }
  E get(size_t i) const { return data_[i]; }
  void set(size_t i, const E& value) { data_[i] = value; }

 private:
  Buffer<E> data_;
};

template <>
class Nodes<field::Goldilocks2> {
  using F = field::Goldilocks;
  using E = field::Goldilocks2;

 public:
  Nodes() = default;
  explicit Nodes(size_t size) : size_(size), data_((size + 7) / 8 * simd::kBlockWords) {}
  size_t size() const { return size_; }
  size_t blocks() const { return data_.size() / simd::kBlockWords; }
  E get(size_t i) const {
    const uint64_t* w = data_.data() + simd::block_word(i);
    return E({F::from_canonical(w[0]), F::from_canonical(w[8])});
  }
  void set(size_t i, const E& value) {
    uint64_t* w = data_.data() + simd::block_word(i);
    w[0] = value[0].value();
    w[8] = value[1].value();
  }
  uint64_t* words() { return data_.data(); }
  const uint64_t* words() const { return data_.data(); }

 private:
  size_t size_ = 0;
  Buffer<uint64_t> data_;
};

}  // namespace tacit::prover
