/* lut_poolgemm_w8a1 in plain C. */
#include "pool_bytes.h"

const struct gemm_kernel lut_poolgemm_w8a1__portable = {run, rhs_bytes, work_bytes, pack_rhs};
