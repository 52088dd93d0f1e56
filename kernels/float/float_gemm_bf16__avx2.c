/* float_gemm_bf16 by FMA over 256 bits. */
#define TILES float_tiles__avx2
#define FLOATS float_uppers__avx2
#include "gemm.h"

const struct gemm_kernel float_gemm_bf16__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
