/* xnor_gemv_w1a1 in plain C. */
#define XNOR_GEMV
#include "plain.h"

const struct gemm_kernel xnor_gemv_w1a1__portable = {run, rhs_bytes, work_bytes, pack_rhs};
