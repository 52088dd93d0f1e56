/* bitserial_gemm_w4a4 by vpshufb as a table. */
#define W_BITS 4
#define A_BITS 4
#define BODY choose__avx2
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w4a4__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
