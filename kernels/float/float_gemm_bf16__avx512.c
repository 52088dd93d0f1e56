/* float_gemm_bf16 by FMA over 512 bits. */
#define TILES float_tiles__avx512
#define FLOATS float_uppers__avx512
#include "gemm.h"

const struct gemm_kernel float_gemm_bf16__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
