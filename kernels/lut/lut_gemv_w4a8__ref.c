/* The oracle of lut_gemv_w4a8: that of all products of bytes with values. */
enum { BITS = 1 };
#define TO lut_gemm_w1a8__ref
#include "forward.h"

const struct gemm_kernel lut_gemv_w4a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
