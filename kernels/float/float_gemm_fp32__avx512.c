/* float_gemm_fp32 by FMA over 512 bits. */
#include "../pack/lanes_avx512.h"
#define TILES float_tiles__avx512
#include "form_fp32.h"
#include "gemm.h"

const struct gemm_kernel float_gemm_fp32__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
