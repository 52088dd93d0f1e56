/* shift_gemm_pot3a8: the lists say how far places go. */
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif
#define TO shift_gemm_pot4a8__rvv
#include "forward.h"

const struct gemm_kernel shift_gemm_pot3a8__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
