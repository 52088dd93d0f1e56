/* float_gemv_bf16 as a product of one row. */
#define GEMM float_gemm_bf16__ref
#include "forward.h"

const struct gemm_kernel float_gemv_bf16__ref = {run, rhs_bytes, work_bytes, pack_rhs};
