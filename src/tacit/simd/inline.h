// TACIT_INLINE and TACIT_INLINE_LAMBDA: for functions on vectors, which must vanish into their kernels. Internal to simd/.
#pragma once

#if defined(__GNUC__)
#define TACIT_INLINE inline __attribute__((always_inline))
#define TACIT_INLINE_LAMBDA __attribute__((always_inline))
#else
#define TACIT_INLINE inline
#define TACIT_INLINE_LAMBDA
#endif
