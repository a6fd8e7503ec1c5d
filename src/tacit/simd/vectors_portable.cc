// The portable vector kernels: the operators of field/. The oracle for the others.
#include "tacit/field/fields.h"
#include "tacit/simd/vectors_kernels.h"

namespace tacit::simd {
namespace {

using field::Goldilocks;

template <class E>
struct Scalar {
  static E* elements(uint64_t* p) { return reinterpret_cast<E*>(p); }
  static const E* elements(const uint64_t* p) { return reinterpret_cast<const E*>(p); }
  static const Goldilocks* base(const uint64_t* p) { return reinterpret_cast<const Goldilocks*>(p); }

  static void fold(Halves v, size_t n, const uint64_t* r) {
    for (size_t i = 0; i < n; ++i) {
      E& low = elements(v.low)[i];
      low += *elements(r) * (elements(v.high)[i] - low);
    }
  }
  static void message(Halves a, Halves c, size_t n, uint64_t* sums) {
    E at_0, at_2;
    auto at_two = [](Halves v, size_t i) {
      E high = elements(v.high)[i];
      return high + high - elements(v.low)[i];
    };
    for (size_t i = 0; i < n; ++i) {
      at_0 += elements(a.low)[i] * elements(c.low)[i];
      at_2 += at_two(a, i) * at_two(c, i);
    }
    elements(sums)[0] = at_0;
    elements(sums)[1] = at_2;
  }
  static void add_scaled(uint64_t* y, const uint64_t* x, size_t n, const uint64_t* k) {
    for (size_t i = 0; i < n; ++i) elements(y)[i] += *elements(k) * elements(x)[i];
  }
  static void add_scaled_base(uint64_t* y, const uint64_t* x, size_t n, const uint64_t* k) {
    for (size_t i = 0; i < n; ++i) elements(y)[i] += *elements(k) * base(x)[i];
  }
  static void dot(const uint64_t* x, const uint64_t* y, size_t n, uint64_t* sum) {
    E total;
    for (size_t i = 0; i < n; ++i) total += elements(x)[i] * elements(y)[i];
    *elements(sum) = total;
  }
  static void dot_base(const uint64_t* x, const uint64_t* y, size_t n, uint64_t* sum) {
    E total;
    for (size_t i = 0; i < n; ++i) total += elements(y)[i] * base(x)[i];
    *elements(sum) = total;
  }
  static void split(Halves v, size_t n, const uint64_t* r) {
    for (size_t i = 0; i < n; ++i) {
      E& low = elements(v.low)[i];
      elements(v.high)[i] = low * *elements(r);
      low -= elements(v.high)[i];
    }
  }

  static constexpr VectorKernels table() {
    return {1, fold, message, add_scaled, add_scaled_base, dot, dot_base, split};
  }
};

}  // namespace

constinit const VectorKernels portable::kVectorKernels2 = Scalar<field::Goldilocks2>::table();
constinit const VectorKernels portable::kVectorKernels3 = Scalar<field::Goldilocks3>::table();

}  // namespace tacit::simd
