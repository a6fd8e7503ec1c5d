#include "tacit/simd/columns_kernel.h"
#include "tacit/simd/goldilocks_portable.h"

namespace tacit::simd {
constinit const ColumnKernels portable::kColumnKernels = Columns8<Lanes>::table();
}
