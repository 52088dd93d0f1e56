/* float_gemm_fp32 by FMA over 256 bits. */
#define TILES float_tiles__avx2
#define FLOATS NULL
#include "gemm.h"

const struct gemm_kernel float_gemm_fp32__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
