/* float_gemv_fp32 by FMA over 256 bits. */
#define VECTOR float_vector__avx2
#define FLOATS NULL
#include "gemv.h"

const struct gemm_kernel float_gemv_fp32__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
