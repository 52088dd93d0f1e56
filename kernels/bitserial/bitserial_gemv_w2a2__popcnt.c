/* bitserial_gemv_w2a2 with the popcnt instruction. */
#define W_BITS 2
#define A_BITS 2
#define BODY words_gemv__popcnt
#include "variant.h"

const struct gemm_kernel bitserial_gemv_w2a2__popcnt = {run, rhs_bytes, work_bytes, pack_rhs};
