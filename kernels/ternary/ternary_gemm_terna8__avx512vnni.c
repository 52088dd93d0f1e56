/* ternary_gemm_terna8 by vpdpbusd. */
enum { MR = 4, NV = 4 };
#include "bytes_avx512.h"

const struct gemm_kernel ternary_gemm_terna8__avx512vnni = {run, rhs_bytes, work_bytes, pack_rhs};
