/* bitserial_gemm_w1a8 by vpopcntd. */
#define W_BITS 1
#define A_BITS 8
#define BODY adders__avx512vpopcnt
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w1a8__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
