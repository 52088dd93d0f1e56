/* ternary_gemv_terna1 by table look-ups; B streams from memory, so two pairs share a byte. */
enum { MR = 1, NV = 4, PER_BYTE = 2 };
#include "bits_avx2.h"

const struct gemm_kernel ternary_gemv_terna1__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
