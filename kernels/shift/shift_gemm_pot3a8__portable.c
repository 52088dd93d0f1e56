/* shift_gemm_pot3a8 by the body of pot4a8: its weights are some of those. */
#define TO shift_gemm_pot4a8__portable
#include "forward.h"

const struct gemm_kernel shift_gemm_pot3a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
