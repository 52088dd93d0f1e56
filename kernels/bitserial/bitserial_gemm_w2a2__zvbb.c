/* bitserial_gemm_w2a2 by vcpop.v. */
#define W_BITS 2
#define A_BITS 2
#define BODY counts__zvbb
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w2a2__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
