/* shift_gemv_pot4a8 in plain C. */
#define ONE_ROW
#include "lists.h"

const struct gemm_kernel shift_gemv_pot4a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
