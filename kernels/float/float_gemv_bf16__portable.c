/* float_gemv_bf16 by vectors of plain C. */
#include "../pack/lanes_plain.h"
#include "form_bf16.h"
#include "gemv.h"

const struct gemm_kernel float_gemv_bf16__portable = {run, rhs_bytes, work_bytes, pack_rhs};
