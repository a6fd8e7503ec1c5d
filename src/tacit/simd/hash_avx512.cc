// The hash kernels with AVX-512: 16 messages a vector, two states at once.
#include "tacit/simd/level.h"

#if TACIT_SIMD_X86
#include <immintrin.h>

#include "tacit/simd/blake3_kernel.h"

namespace tacit::simd {
namespace {

struct Words16 {
  static constexpr int kLanes = 16, kStates = 2;
  __m512i v;

  TACIT_INLINE static Words16 load(const uint32_t* p) { return {_mm512_load_si512(p)}; }
  TACIT_INLINE void store(uint32_t* p) const { _mm512_store_si512(p, v); }
  TACIT_INLINE static Words16 broadcast(uint32_t x) { return {_mm512_set1_epi32(static_cast<int>(x))}; }
  TACIT_INLINE friend Words16 operator+(Words16 a, Words16 b) { return {_mm512_add_epi32(a.v, b.v)}; }
  TACIT_INLINE friend Words16 operator^(Words16 a, Words16 b) { return {_mm512_xor_si512(a.v, b.v)}; }
  template <int kBits>
  TACIT_INLINE Words16 rotate() const {
    return {_mm512_ror_epi32(v, kBits)};
  }

  // 8 × 8 transposes of the rows 0–7 in the low halves and of the rows 8–15 in the high halves.
  TACIT_INLINE static void transpose(__m512i r[8]) {
    __m512i t[8], u[8];
    for (int i = 0; i < 4; ++i) {
      t[2 * i] = _mm512_unpacklo_epi32(r[2 * i], r[2 * i + 1]);
      t[2 * i + 1] = _mm512_unpackhi_epi32(r[2 * i], r[2 * i + 1]);
    }
    for (int i = 0; i < 2; ++i)
      for (int j = 0; j < 2; ++j) {
        u[4 * i + 2 * j] = _mm512_unpacklo_epi64(t[4 * i + j], t[4 * i + 2 + j]);
        u[4 * i + 2 * j + 1] = _mm512_unpackhi_epi64(t[4 * i + j], t[4 * i + 2 + j]);
      }
    // u[k] and u[4 + k] hold, in the 128-bit parts of each half, word k and word 4 + k of four rows.
    const __m512i low = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
    const __m512i high = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
    for (int k = 0; k < 4; ++k) {
      r[k] = _mm512_permutex2var_epi64(u[k], low, u[4 + k]);
      r[4 + k] = _mm512_permutex2var_epi64(u[k], high, u[4 + k]);
    }
  }
  TACIT_INLINE static void load_rows(const void* rows, size_t stride, Words16 out[8]) {
    const uint8_t* p = static_cast<const uint8_t*>(rows);
    __m512i r[8];
    for (int i = 0; i < 8; ++i) {
      __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + stride * i));
      __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + stride * (8 + i)));
      r[i] = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    }
    transpose(r);
    for (int i = 0; i < 8; ++i) out[i].v = r[i];
  }
  TACIT_INLINE static void store_rows(void* rows, size_t stride, const Words16 in[8]) {
    uint8_t* p = static_cast<uint8_t*>(rows);
    __m512i r[8];
    for (int i = 0; i < 8; ++i) r[i] = in[i].v;
    transpose(r);
    for (int i = 0; i < 8; ++i) {
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + stride * i), _mm512_castsi512_si256(r[i]));
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + stride * (8 + i)), _mm512_extracti64x4_epi64(r[i], 1));
    }
  }
};

}  // namespace

constinit const HashKernels avx512::kHashKernels = Blake3Kernels<Words16>::table();

}  // namespace tacit::simd
#endif
