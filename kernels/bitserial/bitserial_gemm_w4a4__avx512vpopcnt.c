/* bitserial_gemm_w4a4 by vpopcntd. */
#define W_BITS 4
#define A_BITS 4
#define BODY digits__avx512vpopcnt
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w4a4__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
