/* The oracle of shift_gemm_pot3a8, whose weights are some of those of pot4a8. */
#define TO shift_gemm_pot4a8__ref
#include "forward.h"

const struct gemm_kernel shift_gemm_pot3a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
