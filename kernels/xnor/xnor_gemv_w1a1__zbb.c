/* xnor_gemv_w1a1 with the cpop instruction of Zbb. */
#define XNOR_GEMV
#include "words.h"

const struct gemm_kernel xnor_gemv_w1a1__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
