/* The oracle of bitserial_gemv_w4a4. */
#define A_BITS 4
#include "ref.h"

const struct gemm_kernel bitserial_gemv_w4a4__ref = {run, rhs_bytes, work_bytes, pack_rhs};
