/* xnor_gemm_w1a1 by CNT. */
#if defined(__aarch64__)
#include "neon.h"
#else
#include "neon_arm.h"
#endif

const struct gemm_kernel xnor_gemm_w1a1__neon = {run, rhs_bytes, work_bytes, pack_rhs};
