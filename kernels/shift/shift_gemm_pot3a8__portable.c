/* shift_gemm_pot3a8 in plain C. */
enum { PLACES_MAX = 2 };
#include "lists.h"

const struct gemm_kernel shift_gemm_pot3a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
