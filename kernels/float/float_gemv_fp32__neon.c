/* float_gemv_fp32 by NEON. */
#include "../pack/lanes_neon.h"
#include "form_fp32.h"
#include "gemv.h"

const struct gemm_kernel float_gemv_fp32__neon = {run, rhs_bytes, work_bytes, pack_rhs};
