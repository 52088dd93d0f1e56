/* bitserial_gemm_w4a4 in plain C. */
#define W_BITS 4
#define A_BITS 4
#define BODY words__portable
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w4a4__portable = {run, rhs_bytes, work_bytes, pack_rhs};
