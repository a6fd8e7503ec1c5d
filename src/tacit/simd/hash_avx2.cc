// The hash kernels with AVX2: 8 messages a vector.
#include "tacit/simd/level.h"

#if TACIT_SIMD_X86
#include <immintrin.h>

#include "tacit/simd/blake3_kernel.h"

namespace tacit::simd {
namespace {

struct Words8 {
  static constexpr int kLanes = 8, kStates = 1;
  __m256i v;

  TACIT_INLINE static Words8 load(const uint32_t* p) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))};
  }
  TACIT_INLINE void store(uint32_t* p) const { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
  TACIT_INLINE static Words8 broadcast(uint32_t x) { return {_mm256_set1_epi32(static_cast<int>(x))}; }
  TACIT_INLINE friend Words8 operator+(Words8 a, Words8 b) { return {_mm256_add_epi32(a.v, b.v)}; }
  TACIT_INLINE friend Words8 operator^(Words8 a, Words8 b) { return {_mm256_xor_si256(a.v, b.v)}; }
  template <int kBits>
  TACIT_INLINE Words8 rotate() const {
    if constexpr (kBits % 8 == 0) {
      constexpr int k = kBits / 8;
      auto from = [](int i) { return static_cast<char>((i & ~3) + ((i + k) & 3)); };
      const __m128i bytes = _mm_setr_epi8(from(0), from(1), from(2), from(3), from(4), from(5), from(6), from(7),
                                          from(8), from(9), from(10), from(11), from(12), from(13), from(14), from(15));
      return {_mm256_shuffle_epi8(v, _mm256_broadcastsi128_si256(bytes))};
    } else {
      return {_mm256_or_si256(_mm256_srli_epi32(v, kBits), _mm256_slli_epi32(v, 32 - kBits))};
    }
  }

  TACIT_INLINE static void transpose(__m256i r[8]) {
    __m256i t[8], u[8];
    for (int i = 0; i < 4; ++i) {
      t[2 * i] = _mm256_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
      t[2 * i + 1] = _mm256_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j) {
        u[4 * i + 2 * j] = _mm256_unpacklo_epi64(t[4 * i + j], t[4 * i + 2 + j]);
        u[4 * i + 2 * j + 1] = _mm256_unpackhi_epi64(t[4 * i + j], t[4 * i + 2 + j]);
      }
    for (int k = 0; k < 4; ++k) {
      r[k] = _mm256_permute2x128_si256(u[k], u[4 + k], 0x20);
      r[4 + k] = _mm256_permute2x128_si256(u[k], u[4 + k], 0x31);
    }
  }
  TACIT_INLINE static void load_rows(const void* rows, size_t stride, Words8 out[8]) {
    __m256i r[8];
    for (int i = 0; i < 8; ++i)
      r[i] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(static_cast<const uint8_t*>(rows) + stride * i));
    transpose(r);
    for (int i = 0; i < 8; ++i) out[i].v = r[i];
  }
  TACIT_INLINE static void store_rows(void* rows, size_t stride, const Words8 in[8]) {
    __m256i r[8];
    for (int i = 0; i < 8; ++i) r[i] = in[i].v;
    transpose(r);
    for (int i = 0; i < 8; ++i)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(static_cast<uint8_t*>(rows) + stride * i), r[i]);
  }
};

}  // namespace

constinit const HashKernels avx2::kHashKernels = Blake3Kernels<Words8>::table();

}  // namespace tacit::simd
#endif
