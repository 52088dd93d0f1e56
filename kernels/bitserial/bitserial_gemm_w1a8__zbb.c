/* bitserial_gemm_w1a8 with the cpop instruction of Zbb. */
#define W_BITS 1
#define A_BITS 8
#define BODY words__zbb
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w1a8__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
