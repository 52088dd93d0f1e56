/* float_gemm_fp32 by NEON. */
#include "../pack/lanes_neon.h"
#define TILES float_tiles__neon
#include "form_fp32.h"
#include "gemm.h"

const struct gemm_kernel float_gemm_fp32__neon = {run, rhs_bytes, work_bytes, pack_rhs};
