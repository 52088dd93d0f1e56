/* xnor_gemv_w1a1 with the popcnt instruction of x86-64-v2. */
#define XNOR_GEMV
#include "words.h"

const struct gemm_kernel xnor_gemv_w1a1__popcnt = {run, rhs_bytes, work_bytes, pack_rhs};
