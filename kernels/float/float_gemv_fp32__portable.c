/* float_gemv_fp32 by vectors of plain C. */
#include "../pack/lanes_plain.h"
#include "form_fp32.h"
#include "gemv.h"

const struct gemm_kernel float_gemv_fp32__portable = {run, rhs_bytes, work_bytes, pack_rhs};
