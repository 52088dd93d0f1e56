/* The oracle of shift_gemv_pot3a8, a product of one row. */
#define TO shift_gemm_pot4a8__ref
#include "forward.h"

const struct gemm_kernel shift_gemv_pot3a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
