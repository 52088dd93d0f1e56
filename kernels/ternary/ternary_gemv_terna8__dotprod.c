/* ternary_gemv_terna8 as a product of one row. */
#define GEMM ternary_gemm_terna8__dotprod
#include "forward.h"

const struct gemm_kernel ternary_gemv_terna8__dotprod = {run, rhs_bytes, work_bytes, pack_rhs};
