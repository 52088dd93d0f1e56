/* lut_poolgemm_w8a3 by the body of w8a1. */
enum { BITS = 3 };
#define TO lut_poolgemm_w8a1__portable
#include "pool_forward.h"

const struct gemm_kernel lut_poolgemm_w8a3__portable = {run, rhs_bytes, work_bytes, pack_rhs};
