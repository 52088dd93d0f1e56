/* ternary_gemm_terna1 by vcpop.v of Zvbb. */
#include "bits_zvbb.h"

const struct gemm_kernel ternary_gemm_terna1__zvbb = {run, rhs_bytes, work_bytes, pack_rhs};
