/* bitserial_gemm_w3a3 by vcpop.v. */
#define W_BITS 3
#define A_BITS 3
#define BODY counts__zvbb
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w3a3__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
