/* lut_gemv_w1a8 in plain C. */
#include "bytes.h"

const struct gemm_kernel lut_gemv_w1a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
