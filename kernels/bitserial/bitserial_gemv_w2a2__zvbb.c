/* bitserial_gemv_w2a2 by vcpop.v. */
#define W_BITS 2
#define A_BITS 2
#define BODY counts_gemv__zvbb
#include "variant.h"

const struct gemm_kernel bitserial_gemv_w2a2__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
