/* The oracle of lut_poolgemm_w8a6: that of w8a1 with more planes. */
enum { BITS = 6 };
#define TO lut_poolgemm_w8a1__ref
#include "pool_forward.h"

const struct gemm_kernel lut_poolgemm_w8a6__ref = {run, rhs_bytes, work_bytes, pack_rhs};
