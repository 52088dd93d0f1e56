/* bitserial_gemm_w3a3 by vpshufb as a table. */
#define W_BITS 3
#define A_BITS 3
#define BODY choose__avx2
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w3a3__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
