/* bitserial_gemm_w2a2 by vpopcntd. */
#define W_BITS 2
#define A_BITS 2
#define BODY digits__avx512vpopcnt
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w2a2__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
