/* xnor_gemv_w1a1 with the cpop instruction of Zbb. */
#define PRODUCT xnor_gemm_w1a1__zbb
#include "gemv_as_gemm.h"

const struct gemm_kernel xnor_gemv_w1a1__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
