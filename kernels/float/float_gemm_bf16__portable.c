/* float_gemm_bf16 by vectors of plain C. */
#include "../pack/lanes_plain.h"
#define TILES float_tiles__portable
#include "form_bf16.h"
#include "gemm.h"

const struct gemm_kernel float_gemm_bf16__portable = {run, rhs_bytes, work_bytes, pack_rhs};
