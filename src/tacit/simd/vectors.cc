#include "tacit/simd/vectors.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "tacit/base/check.h"
#include "tacit/simd/vectors_kernels.h"

namespace tacit::simd {

const VectorKernels& vector_kernels(Level level, int degree) {
#if TACIT_SIMD_X86
  if (level == Level::kAvx512) return degree == 2 ? avx512::kVectorKernels2 : avx512::kVectorKernels3;
#endif
  (void)level;
  return degree == 2 ? portable::kVectorKernels2 : portable::kVectorKernels3;
}

namespace {

using field::Goldilocks;

constexpr size_t kPiece = 4096;  // elements that a thread takes at once
constexpr size_t kBlock = 256;   // elements folded before their message is taken: they are still in the first cache

template <class T>
uint64_t* words(T* p) {
  static_assert(sizeof(T) == 8 * T::kDegree);
  return reinterpret_cast<uint64_t*>(p);
}
template <class T>
const uint64_t* words(const T* p) {
  return reinterpret_cast<const uint64_t*>(p);
}

// f(kernels, first, count) for [0, n): whole batches with the kernels of the level, the rest with the
// portable ones.
template <class E, class F>
void in_batches(size_t first, size_t n, const F& f) {
  const VectorKernels& kernels = vector_kernels(active_level(), E::kDegree);
  const size_t whole = n - n % kernels.batch;
  if (whole != 0) f(kernels, first, whole);
  if (whole != n) f(vector_kernels(Level::kPortable, E::kDegree), first + whole, n - whole);
}

// f(first, count) → Sum for the pieces of [0, n), added up.
template <class Sum, class F>
Sum reduce(size_t n, Loop loop, const F& f) {
  const size_t n_pieces = (n + kPiece - 1) / kPiece;
  std::vector<Sum> sums(n_pieces);
  for_each(loop, n_pieces, [&](size_t i) { sums[i] = f(i * kPiece, std::min(kPiece, n - i * kPiece)); });
  Sum total{};
  for (const Sum& sum : sums) total += sum;
  return total;
}

template <class E, class F>
void for_pieces(size_t n, Loop loop, const F& f) {
  for_each(loop, (n + kPiece - 1) / kPiece,
           [&](size_t i) { in_batches<E>(i * kPiece, std::min(kPiece, n - i * kPiece), f); });
}

template <class E>
struct Sums {
  E values[2];
  Sums& operator+=(const Sums& other) {
    values[0] += other.values[0];
    values[1] += other.values[1];
    return *this;
  }
};

// Element i of the halves, `half` apart, of a vector that is only read where it is const.
template <class E>
Halves halves(const E* v, size_t half, size_t i) {
  uint64_t* low = const_cast<uint64_t*>(words(v + i));
  return {low, low + E::kDegree * half};
}

template <class E>
Sums<E> message_of(const E* a, const E* c, size_t half, size_t first, size_t n) {
  Sums<E> total{};
  in_batches<E>(first, n, [&](const VectorKernels& k, size_t i, size_t count) {
    Sums<E> sums;
    k.message(halves(a, half, i), halves(c, half, i), count, words(sums.values));
    total += sums;
  });
  return total;
}

template <class T, class E>
E any_dot(std::span<const T> x, std::span<const E> y, decltype(VectorKernels::dot) VectorKernels::*kernel, Loop loop) {
  TACIT_CHECK(x.size() == y.size());
  return reduce<E>(x.size(), loop, [&](size_t first, size_t n) {
    E total;
    in_batches<E>(first, n, [&](const VectorKernels& k, size_t i, size_t count) {
      E sum;
      (k.*kernel)(words(&x[i]), words(&y[i]), count, words(&sum));
      total += sum;
    });
    return total;
  });
}

}  // namespace

template <class E>
void fold(std::span<E> v, const E& r, Loop loop) {
  TACIT_CHECK(v.size() % 2 == 0);
  const size_t half = v.size() / 2;
  for_pieces<E>(half, loop,
                [&](const VectorKernels& k, size_t i, size_t n) { k.fold(halves(v.data(), half, i), n, words(&r)); });
}

template <class E>
ProductMessage<E> product_message(std::span<const E> a, std::span<const E> c, Loop loop) {
  TACIT_CHECK(a.size() == c.size() && a.size() % 2 == 0);
  const size_t half = a.size() / 2;
  Sums<E> sums = reduce<Sums<E>>(
      half, loop, [&](size_t first, size_t n) { return message_of(a.data(), c.data(), half, first, n); });
  return {sums.values[0], sums.values[1]};
}

template <class E>
ProductMessage<E> fold_and_message(std::span<E> a, std::span<E> c, const E& r, Loop loop) {
  TACIT_CHECK(a.size() == c.size() && a.size() % 4 == 0);
  const size_t quarter = a.size() / 4;
  auto fold_at = [&](size_t first, size_t n) {
    in_batches<E>(first, n, [&](const VectorKernels& k, size_t i, size_t count) {
      for (E* v : {a.data(), c.data()})
        for (size_t q : {size_t{0}, quarter}) k.fold(halves(v + q, 2 * quarter, i), count, words(&r));
    });
  };
  Sums<E> sums = reduce<Sums<E>>(quarter, loop, [&](size_t first, size_t n) {
    Sums<E> total{};
    for (size_t i = first; i < first + n; i += kBlock) {
      size_t count = std::min(kBlock, first + n - i);
      fold_at(i, count);
      total += message_of(a.data(), c.data(), quarter, i, count);
    }
    return total;
  });
  return {sums.values[0], sums.values[1]};
}

template <class E>
void add_scaled(std::span<E> y, const E& k, std::span<const E> x, Loop loop) {
  TACIT_CHECK(x.size() == y.size());
  for_pieces<E>(x.size(), loop, [&](const VectorKernels& kernels, size_t i, size_t n) {
    kernels.add_scaled(words(&y[i]), words(&x[i]), n, words(&k));
  });
}

template <class E>
void add_scaled(std::span<E> y, const E& k, std::span<const Goldilocks> x, Loop loop) {
  TACIT_CHECK(x.size() == y.size());
  for_pieces<E>(x.size(), loop, [&](const VectorKernels& kernels, size_t i, size_t n) {
    kernels.add_scaled_base(words(&y[i]), words(&x[i]), n, words(&k));
  });
}

template <class E>
E dot(std::span<const E> x, std::span<const E> y, Loop loop) {
  return any_dot(x, y, &VectorKernels::dot, loop);
}

template <class E>
E dot(std::span<const Goldilocks> x, std::span<const E> y, Loop loop) {
  return any_dot(x, y, &VectorKernels::dot_base, loop);
}

template <class E>
void expand_eq(std::span<const E> point, const E& scale, std::span<E> table, Loop loop) {
  TACIT_CHECK(point.size() < 48 && table.size() == size_t{1} << point.size());
  table[0] = scale;
  size_t half = 1;
  for (const E& r : point) {
    for_pieces<E>(half, loop, [&](const VectorKernels& k, size_t i, size_t n) {
      k.split(halves(table.data(), half, i), n, words(&r));
    });
    half *= 2;
  }
}

#define TACIT_INSTANTIATE_VECTORS(E)                                                           \
  template void fold<E>(std::span<E>, const E&, Loop);                                         \
  template ProductMessage<E> product_message<E>(std::span<const E>, std::span<const E>, Loop); \
  template ProductMessage<E> fold_and_message<E>(std::span<E>, std::span<E>, const E&, Loop);  \
  template void add_scaled<E>(std::span<E>, const E&, std::span<const E>, Loop);               \
  template void add_scaled<E>(std::span<E>, const E&, std::span<const Goldilocks>, Loop);      \
  template E dot<E>(std::span<const E>, std::span<const E>, Loop);                             \
  template E dot<E>(std::span<const Goldilocks>, std::span<const E>, Loop);                    \
  template void expand_eq<E>(std::span<const E>, const E&, std::span<E>, Loop)

TACIT_INSTANTIATE_VECTORS(field::Goldilocks2);
TACIT_INSTANTIATE_VECTORS(field::Goldilocks3);

}  // namespace tacit::simd
