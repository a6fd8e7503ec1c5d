#include "tacit/simd/level.h"

#if TACIT_SIMD_X86
#include "tacit/simd/limbs_avx512.h"
#include "tacit/simd/ntt_kernel.h"

namespace tacit::simd {
constinit const NttKernels avx512::kNttKernels = Ntt<Lanes>::table();
}
#endif
