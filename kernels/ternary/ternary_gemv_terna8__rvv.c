/* ternary_gemv_terna8 as a product of one row. */
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif
#define GEMM ternary_gemm_terna8__rvv
#include "forward.h"

const struct gemm_kernel ternary_gemv_terna8__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
