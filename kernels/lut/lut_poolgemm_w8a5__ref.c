/* The oracle of lut_poolgemm_w8a5: that of w8a1 with more planes. */
enum { BITS = 5 };
#define TO lut_poolgemm_w8a1__ref
#include "pool_forward.h"

const struct gemm_kernel lut_poolgemm_w8a5__ref = {run, rhs_bytes, work_bytes, pack_rhs};
