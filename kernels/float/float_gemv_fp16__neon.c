/* float_gemv_fp16 by NEON. */
#define VECTOR float_vector__neon
#define FLOATS float_halves__neon
#include "gemv.h"

const struct gemm_kernel float_gemv_fp16__neon = {run, rhs_bytes, work_bytes, pack_rhs};
