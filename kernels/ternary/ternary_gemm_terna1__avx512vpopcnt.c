/* ternary_gemm_terna1 by vpopcntd. */
enum { MR = 6, NV = 2 };
#include "bits_avx512.h"

const struct gemm_kernel ternary_gemm_terna1__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
