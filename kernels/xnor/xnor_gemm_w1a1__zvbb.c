/* xnor_gemm_w1a1 by vcpop.v. */
#include "zvbb.h"

const struct gemm_kernel xnor_gemm_w1a1__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
