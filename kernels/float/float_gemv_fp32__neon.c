/* float_gemv_fp32 by NEON. */
#define VECTOR float_vector__neon
#define FLOATS NULL
#include "gemv.h"

const struct gemm_kernel float_gemv_fp32__neon = {run, rhs_bytes, work_bytes, pack_rhs};
