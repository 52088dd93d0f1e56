/* shift_gemm_pot4a8 by vpsllvd. */
enum { MR = 2, NV = 2 };
#include "avx2.h"

const struct gemm_kernel shift_gemm_pot4a8__avx2 = {run, rhs_bytes, work_bytes, pack_rhs};
