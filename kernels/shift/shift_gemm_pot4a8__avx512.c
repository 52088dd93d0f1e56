/* shift_gemm_pot4a8 by vpsllvw. */
enum { MR = 4, NV = 2 };
#include "avx512.h"

const struct gemm_kernel shift_gemm_pot4a8__avx512 = {run, rhs_bytes, work_bytes, pack_rhs};
