/* The oracle of shift_gemm_pot4a8. */
#include "ref.h"

const struct gemm_kernel shift_gemm_pot4a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
