/* bitserial_gemm_w1a2 with the cpop instruction of Zbb. */
#define W_BITS 1
#define A_BITS 2
#define BODY words__zbb
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w1a2__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
