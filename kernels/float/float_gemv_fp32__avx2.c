/* float_gemv_fp32 by FMA over 256 bits. */
#include "../pack/lanes_avx2.h"
#include "form_fp32.h"
#include "gemv.h"

const struct gemm_kernel float_gemv_fp32__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
