/* lut_gemm_w2a8 by the body of w1a8: planes are columns to it. */
#if !defined(__AVX512BW__)
#error "compile this file with the flags of its token in isa.def"
#endif
enum { BITS = 2 };
#define TO lut_gemm_w1a8__avx512
#include "forward.h"

const struct gemm_kernel lut_gemm_w2a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
