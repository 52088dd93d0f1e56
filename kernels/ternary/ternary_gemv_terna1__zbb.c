/* ternary_gemv_terna1 as a product of one row. */
#define GEMM ternary_gemm_terna1__zbb
#include "forward.h"

const struct gemm_kernel ternary_gemv_terna1__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
