/* float_gemv_fp16 by FMA over 512 bits. */
#define VECTOR float_vector__avx512
#define FLOATS float_halves__avx512
#include "gemv.h"

const struct gemm_kernel float_gemv_fp16__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
