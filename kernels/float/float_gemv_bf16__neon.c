/* float_gemv_bf16 by NEON. */
#define VECTOR float_vector__neon
#define FLOATS float_uppers__neon
#include "gemv.h"

const struct gemm_kernel float_gemv_bf16__neon = {run, rhs_bytes, work_bytes, pack_rhs};
