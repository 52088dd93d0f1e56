/* lut_gemv_w2a8 by the body of w1a8: planes are columns to it. */
enum { BITS = 2 };
#define TO lut_gemv_w1a8__portable
#include "forward.h"

const struct gemm_kernel lut_gemv_w2a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
