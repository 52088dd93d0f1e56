/* shift_gemm_pot4a8 by SSHL. */
enum { MR = 4, NV = 2 };
#include "neon.h"

const struct gemm_kernel shift_gemm_pot4a8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
