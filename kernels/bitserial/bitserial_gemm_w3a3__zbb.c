/* bitserial_gemm_w3a3 with the cpop instruction of Zbb. */
#define W_BITS 3
#define A_BITS 3
#define BODY words__zbb
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w3a3__zbb = {run, rhs_bytes, work_bytes, pack_rhs};
