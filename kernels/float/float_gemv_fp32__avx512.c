/* float_gemv_fp32 by FMA over 512 bits. */
#define VECTOR float_vector__avx512
#define FLOATS NULL
#include "gemv.h"

const struct gemm_kernel float_gemv_fp32__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
