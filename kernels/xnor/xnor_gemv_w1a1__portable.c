/* xnor_gemv_w1a1 in plain C. */
#define PRODUCT xnor_gemm_w1a1__portable
#include "gemv_as_gemm.h"

const struct gemm_kernel xnor_gemv_w1a1__portable = {run, rhs_bytes, work_bytes, pack_rhs};
