/* The oracle of bitserial_gemv_w3a3. */
#define A_BITS 3
#include "ref.h"

const struct gemm_kernel bitserial_gemv_w3a3__ref = {run, rhs_bytes, work_bytes, pack_rhs};
