/* lut_gemv_w1a8 by shuffles of 16-entry tables. */
#include "nibbles.h"

const struct gemm_kernel lut_gemv_w1a8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
