/* lut_gemv_w2a8 by permutations of 16-bit words. */
enum { BITS = 2 };
#include "permute.h"

const struct gemm_kernel lut_gemv_w2a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
