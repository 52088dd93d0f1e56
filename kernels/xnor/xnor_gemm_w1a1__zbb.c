/* xnor_gemm_w1a1 with the cpop instruction of Zbb. */
#include "zbb.h"

const struct gemm_kernel xnor_gemm_w1a1__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
