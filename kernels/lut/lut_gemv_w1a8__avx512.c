/* lut_gemv_w1a8 by permutations of 16-bit words. */
#include "permute.h"

const struct gemm_kernel lut_gemv_w1a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
