/* bitserial_gemm_w3a3 in plain C. */
#define W_BITS 3
#define A_BITS 3
#define BODY words__portable
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w3a3__portable = {run, rhs_bytes, work_bytes, pack_rhs};
