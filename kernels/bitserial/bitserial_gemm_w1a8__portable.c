/* bitserial_gemm_w1a8 in plain C. */
#define W_BITS 1
#define A_BITS 8
#define BODY words__portable
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w1a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
