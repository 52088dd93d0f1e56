/* The oracle of lut_poolgemm_w8a2. */
enum { BITS = 2 };
#include "pool_values.h"

const struct gemm_kernel lut_poolgemm_w8a2__ref = {run, rhs_bytes, work_bytes, pack_rhs};
