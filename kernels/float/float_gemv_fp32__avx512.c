/* float_gemv_fp32 by FMA over 512 bits. */
#include "../pack/lanes_avx512.h"
#include "form_fp32.h"
#include "gemv.h"

const struct gemm_kernel float_gemv_fp32__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
