/* float_gemv_fp32 as a product of one row. */
#define GEMM float_gemm_fp32__ref
#include "forward.h"

const struct gemm_kernel float_gemv_fp32__ref = {run, rhs_bytes, work_bytes, pack_rhs};
