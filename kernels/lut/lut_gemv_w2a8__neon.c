/* lut_gemv_w2a8 by shuffles of 16-entry tables. */
enum { BITS = 2 };
#include "nibbles.h"

const struct gemm_kernel lut_gemv_w2a8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
