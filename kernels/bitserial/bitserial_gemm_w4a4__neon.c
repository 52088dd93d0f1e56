/* bitserial_gemm_w4a4 by table lookups. */
#define W_BITS 4
#define A_BITS 4
#define BODY choose__neon
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w4a4__neon = {run, rhs_bytes, work_bytes, pack_rhs};
