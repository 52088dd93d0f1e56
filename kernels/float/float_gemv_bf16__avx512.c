/* float_gemv_bf16 by FMA over 512 bits. */
#define VECTOR float_vector__avx512
#define FLOATS float_uppers__avx512
#include "gemv.h"

const struct gemm_kernel float_gemv_bf16__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
