/* xnor_gemv_w1a1 by vcpop.v. */
#define XNOR_GEMV
#include "zvbb.h"

const struct gemm_kernel xnor_gemv_w1a1__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
