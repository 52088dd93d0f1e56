/* lut_poolgemm_w8a8 by permutations of 16-bit words. */
enum { BITS = 8 };
#define RUN lut_poolgemm_w8a1__avx512
#include "pool_permute.h"

const struct gemm_kernel lut_poolgemm_w8a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
