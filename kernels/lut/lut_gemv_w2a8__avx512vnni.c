/* lut_gemv_w2a8 by vpdpbusd: no table. */
#define BITS 2
#include "dot.h"

const struct gemm_kernel lut_gemv_w2a8__avx512vnni = {lut_dot_run, rhs_bytes, work_bytes, pack_rhs};
