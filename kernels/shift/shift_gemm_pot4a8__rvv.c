/* shift_gemm_pot4a8 by widening additions of rows. */
#include "lists_rvv.h"

const struct gemm_kernel shift_gemm_pot4a8__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
