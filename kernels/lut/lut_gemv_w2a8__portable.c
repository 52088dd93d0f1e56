/* lut_gemv_w2a8 in plain C. */
enum { BITS = 2 };
#include "bytes.h"

const struct gemm_kernel lut_gemv_w2a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
