/* lut_gemm_w1a8 with vectors of 512 bits. */
#if !defined(__AVX512BW__)
#error "compile this file with the flags of its token in isa.def"
#endif
#define VECTOR_BYTES 64
#include "blocks.h"

const struct gemm_kernel lut_gemm_w1a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
