/* lut_gemm_w2a8 with vectors of 512 bits. */
#if !defined(__AVX512BW__)
#error "compile this file with the flags of its token in isa.def"
#endif
enum { BITS = 2 };
#define VECTOR_BYTES 64
#define RUN lut_gemm_w1a8__avx512
#include "blocks.h"

const struct gemm_kernel lut_gemm_w2a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
