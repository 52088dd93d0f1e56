/* The oracle of lut_gemm_w4a8. */
#include "values.h"

const struct gemm_kernel lut_gemm_w4a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
