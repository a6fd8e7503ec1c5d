#include "tacit/simd/level.h"

#if TACIT_SIMD_X86
#include "tacit/simd/columns_kernel.h"
#include "tacit/simd/limbs_avx512.h"

namespace tacit::simd {
constinit const ColumnKernels avx512::kColumnKernels = Columns8<Lanes>::table();
}
#endif
