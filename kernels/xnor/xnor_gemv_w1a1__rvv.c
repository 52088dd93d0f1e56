/* xnor_gemv_w1a1 by vectors without a count of bits. */
#define XNOR_GEMV
#include "rvv.h"

const struct gemm_kernel xnor_gemv_w1a1__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
