/* float_gemv_fp16 by FMA over 256 bits. */
#define VECTOR float_vector__avx2
#define FLOATS float_halves__avx2
#include "gemv.h"

const struct gemm_kernel float_gemv_fp16__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
