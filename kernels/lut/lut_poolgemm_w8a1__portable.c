/* lut_poolgemm_w8a1 in plain C. */
enum { BITS = 1 };
#include "pool_bytes.h"

const struct gemm_kernel lut_poolgemm_w8a1__portable = {run, rhs_bytes, work_bytes, pack_rhs};
