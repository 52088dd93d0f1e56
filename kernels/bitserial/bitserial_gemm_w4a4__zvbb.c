/* bitserial_gemm_w4a4 by vcpop.v. */
#define W_BITS 4
#define A_BITS 4
#define BODY counts__zvbb
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w4a4__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
