/* float_gemm_bf16 by FMA over 256 bits. */
#include "../pack/lanes_avx2.h"
#define TILES float_tiles__avx2
#include "form_bf16.h"
#include "gemm.h"

const struct gemm_kernel float_gemm_bf16__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
