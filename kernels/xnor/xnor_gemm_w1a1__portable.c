/* xnor_gemm_w1a1 in plain C. */
#include "plain.h"

const struct gemm_kernel xnor_gemm_w1a1__portable = {run, rhs_bytes, work_bytes, pack_rhs};
