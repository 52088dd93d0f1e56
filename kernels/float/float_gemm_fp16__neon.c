/* float_gemm_fp16 by NEON. */
#include "../pack/lanes_neon.h"
#define TILES float_tiles__neon
#include "form_fp16.h"
#include "gemm.h"

const struct gemm_kernel float_gemm_fp16__neon = {run, rhs_bytes, work_bytes, pack_rhs};
