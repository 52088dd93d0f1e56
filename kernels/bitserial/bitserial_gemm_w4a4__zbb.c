/* bitserial_gemm_w4a4 with the cpop instruction of Zbb. */
#define W_BITS 4
#define A_BITS 4
#define BODY words__zbb
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w4a4__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
