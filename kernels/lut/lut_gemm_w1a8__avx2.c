/* lut_gemm_w1a8 with vectors of 256 bits. */
#if !defined(__AVX2__)
#error "compile this file with the flags of its token in isa.def"
#endif
#define VECTOR_BYTES 32
#include "blocks.h"

const struct gemm_kernel lut_gemm_w1a8__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
