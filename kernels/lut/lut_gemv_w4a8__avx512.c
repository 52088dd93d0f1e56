/* lut_gemv_w4a8 by permutations of 16-bit words. */
enum { BITS = 4 };
#include "permute.h"

const struct gemm_kernel lut_gemv_w4a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
