/* bitserial_gemm_w1a2 by vpshufb as a table. */
#define W_BITS 1
#define A_BITS 2
#define BODY choose__avx2
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w1a2__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
