/* ternary_gemv_terna1 as a product of one row. */
#if !defined(__riscv_zvbb)
#error "compile this file with the flags of its token in isa.def"
#endif
#define GEMM ternary_gemm_terna1__zvbb
#include "forward.h"

const struct gemm_kernel ternary_gemv_terna1__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
