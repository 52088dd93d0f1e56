/* The oracle of lut_gemv_w1a8. */
#include "values.h"

const struct gemm_kernel lut_gemv_w1a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
