/* float_gemm_fp32 by NEON. */
#define TILES float_tiles__neon
#define FLOATS NULL
#include "gemm.h"

const struct gemm_kernel float_gemm_fp32__neon = {run, rhs_bytes, work_bytes, pack_rhs};
