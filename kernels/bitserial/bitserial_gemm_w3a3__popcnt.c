/* bitserial_gemm_w3a3 with the popcnt instruction. */
#define W_BITS 3
#define A_BITS 3
#define BODY words_gemm__popcnt
#include "variant.h"

const struct gemm_kernel bitserial_gemm_w3a3__popcnt = {run, rhs_bytes, work_bytes, pack_rhs};
