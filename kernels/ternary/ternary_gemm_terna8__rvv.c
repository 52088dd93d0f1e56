/* ternary_gemm_terna8 by widening multiplication: 255 products fit 16 bits. */
#include "../pack/small_rvv.h"

const struct gemm_kernel ternary_gemm_terna8__rvv = {run, rhs_bytes, work_bytes, pack_rhs};
