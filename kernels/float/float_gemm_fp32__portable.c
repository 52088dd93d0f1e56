/* float_gemm_fp32 by vectors of plain C. */
#define TILES float_tiles__portable
#define FLOATS NULL
#include "gemm.h"

const struct gemm_kernel float_gemm_fp32__portable = {run, rhs_bytes, work_bytes, pack_rhs};
