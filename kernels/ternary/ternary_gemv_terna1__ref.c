/* ternary_gemv_terna1 as a product of one row. */
#define GEMM ternary_gemm_terna1__ref
#include "forward.h"

const struct gemm_kernel ternary_gemv_terna1__ref = {run, rhs_bytes, work_bytes, pack_rhs};
