/* lut_poolgemm_w8a6 by the body of w8a1. */
enum { BITS = 6 };
#define TO lut_poolgemm_w8a1__portable
#include "pool_forward.h"

const struct gemm_kernel lut_poolgemm_w8a6__portable = {run, rhs_bytes, work_bytes, pack_rhs};
