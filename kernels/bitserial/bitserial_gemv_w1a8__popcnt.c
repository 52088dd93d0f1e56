/* bitserial_gemv_w1a8 with the popcnt instruction. */
#define W_BITS 1
#define A_BITS 8
#define BODY words_gemv__popcnt
#include "variant.h"

const struct gemm_kernel bitserial_gemv_w1a8__popcnt = {run, rhs_bytes, work_bytes, pack_rhs};
