/* The oracle of bitserial_gemv_w2a2. */
#define A_BITS 2
#include "ref.h"

const struct gemm_kernel bitserial_gemv_w2a2__ref = {run, rhs_bytes, work_bytes, pack_rhs};
