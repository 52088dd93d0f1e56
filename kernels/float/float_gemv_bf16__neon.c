/* float_gemv_bf16 by NEON. */
#include "../pack/lanes_neon.h"
#include "form_bf16.h"
#include "gemv.h"

const struct gemm_kernel float_gemv_bf16__neon = {run, rhs_bytes, work_bytes, pack_rhs};
