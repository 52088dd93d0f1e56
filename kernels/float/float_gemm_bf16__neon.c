/* float_gemm_bf16 by NEON. */
#include "../pack/lanes_neon.h"
#define TILES float_tiles__neon
#include "form_bf16.h"
#include "gemm.h"

const struct gemm_kernel float_gemm_bf16__neon = {run, rhs_bytes, work_bytes, pack_rhs};
