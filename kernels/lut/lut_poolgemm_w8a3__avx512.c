/* lut_poolgemm_w8a3 by the body of w8a1. */
#if !defined(__AVX512BW__)
#error "compile this file with the flags of its token in isa.def"
#endif
enum { BITS = 3 };
#define TO lut_poolgemm_w8a1__avx512
#include "pool_forward.h"

const struct gemm_kernel lut_poolgemm_w8a3__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
