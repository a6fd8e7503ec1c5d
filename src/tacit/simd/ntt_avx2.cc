#include "tacit/simd/level.h"

#if TACIT_SIMD_X86
#include "tacit/simd/goldilocks_avx2.h"
#include "tacit/simd/ntt_kernel.h"

namespace tacit::simd {
constinit const NttKernels avx2::kNttKernels = Ntt<Lanes>::table();
}
#endif
