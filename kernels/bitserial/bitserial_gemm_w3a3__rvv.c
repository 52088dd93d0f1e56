/* bitserial_gemm_w3a3 by vrgather as a table. */
#define W_BITS 3
#define A_BITS 3
#define BODY choose__rvv
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w3a3__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
