/* ternary_gemv_terna1 by vpopcntd. */
enum { MR = 1, NV = 4 };
#include "bits_avx512.h"

const struct gemm_kernel ternary_gemv_terna1__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
