/* xnor_gemm_w1a1 by CNT. */
#include "neon.h"

const struct gemm_kernel xnor_gemm_w1a1__neon = {run, rhs_bytes, work_bytes, pack_rhs};
