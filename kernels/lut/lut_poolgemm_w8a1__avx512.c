/* lut_poolgemm_w8a1 by permutations of 16-bit words. */
#include "pool_permute.h"

const struct gemm_kernel lut_poolgemm_w8a1__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
