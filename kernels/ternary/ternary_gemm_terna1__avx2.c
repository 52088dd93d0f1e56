/* ternary_gemm_terna1 by table look-ups. */
enum { MR = 4, NV = 2, PER_BYTE = 1 };
#include "bits_avx2.h"

const struct gemm_kernel ternary_gemm_terna1__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
