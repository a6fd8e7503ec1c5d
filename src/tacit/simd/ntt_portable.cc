#include "tacit/simd/goldilocks_portable.h"
#include "tacit/simd/ntt_kernel.h"

namespace tacit::simd {
constinit const NttKernels portable::kNttKernels = Ntt<Lanes>::table();
}
