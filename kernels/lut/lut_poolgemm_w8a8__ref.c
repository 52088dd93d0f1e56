/* The oracle of lut_poolgemm_w8a8. */
enum { BITS = 8 };
#include "pool_values.h"

const struct gemm_kernel lut_poolgemm_w8a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
