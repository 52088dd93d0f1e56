/* The oracle of lut_poolgemm_w8a4. */
enum { BITS = 4 };
#include "pool_values.h"

const struct gemm_kernel lut_poolgemm_w8a4__ref = {run, rhs_bytes, work_bytes, pack_rhs};
