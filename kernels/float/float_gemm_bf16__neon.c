/* float_gemm_bf16 by NEON. */
#define TILES float_tiles__neon
#define FLOATS float_uppers__neon
#include "gemm.h"

const struct gemm_kernel float_gemm_bf16__neon = {run, rhs_bytes, work_bytes, pack_rhs};
