/* lut_gemm_w1a8 with vectors of 128 bits. */
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif
#define VECTOR_BYTES 16
#include "blocks.h"

const struct gemm_kernel lut_gemm_w1a8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
