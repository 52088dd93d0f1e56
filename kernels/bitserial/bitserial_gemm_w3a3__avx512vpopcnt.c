/* bitserial_gemm_w3a3 by vpopcntd. */
#define W_BITS 3
#define A_BITS 3
#define BODY adders__avx512vpopcnt
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w3a3__avx512vpopcnt = {run, rhs_bytes, work_bytes, pack_rhs};
