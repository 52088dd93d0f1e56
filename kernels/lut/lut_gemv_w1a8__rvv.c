/* lut_gemv_w1a8: the product's body, by multiplication. */
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif
enum { BITS = 1 }; /* the body keeps values */
#define TO lut_gemm_w4a8__rvv
#include "forward.h"

const struct gemm_kernel lut_gemv_w1a8__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
