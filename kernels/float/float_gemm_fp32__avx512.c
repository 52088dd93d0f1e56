/* float_gemm_fp32 by FMA over 512 bits. */
#define TILES float_tiles__avx512
#define FLOATS NULL
#include "gemm.h"

const struct gemm_kernel float_gemm_fp32__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
