/* float_gemv_fp16 as a product of one row. */
#define GEMM float_gemm_fp16__portable
#include "forward.h"

const struct gemm_kernel float_gemv_fp16__portable = {run, rhs_bytes, work_bytes, pack_rhs};
