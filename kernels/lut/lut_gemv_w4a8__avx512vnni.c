/* lut_gemv_w4a8 by vpdpbusd: no table. */
#define BITS 4
#include "dot.h"

const struct gemm_kernel lut_gemv_w4a8__avx512vnni = {lut_dot_run, rhs_bytes, work_bytes, pack_rhs};
