/* bitserial_gemv_w1a8 as a product of one row. */
#define GEMM bitserial_gemm_w1a8__rvv
#include "forward.h"

const struct gemm_kernel bitserial_gemv_w1a8__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
