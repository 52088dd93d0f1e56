/* bitserial_gemm_w4a4 with the popcnt instruction. */
#define W_BITS 4
#define A_BITS 4
#define BODY words_gemm__popcnt
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w4a4__popcnt = {run, rhs_bytes, work_bytes, pack_rhs};
