/* shift_gemv_pot4a8 by the product's tile of one row. */
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif
#define TO shift_gemm_pot4a8__neon
#include "forward.h"

const struct gemm_kernel shift_gemv_pot4a8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
