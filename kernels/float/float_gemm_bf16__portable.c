/* float_gemm_bf16 by vectors of plain C. */
#define TILES float_tiles__portable
#define FLOATS float_uppers__portable
#include "gemm.h"

const struct gemm_kernel float_gemm_bf16__portable = {run, rhs_bytes, work_bytes, pack_rhs};
