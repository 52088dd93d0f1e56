/* bitserial_gemm_w1a2 with the popcnt instruction. */
#define W_BITS 1
#define A_BITS 2
#define BODY words_gemm__popcnt
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w1a2__popcnt = {run, rhs_bytes, work_bytes, pack_rhs};
