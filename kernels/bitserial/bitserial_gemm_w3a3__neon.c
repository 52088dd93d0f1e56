/* bitserial_gemm_w3a3 by table lookups. */
#define W_BITS 3
#define A_BITS 3
#define BODY choose__neon
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w3a3__neon = {run, rhs_bytes, work_bytes, pack_rhs};
