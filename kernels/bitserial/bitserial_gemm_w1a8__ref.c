/* The oracle of bitserial_gemm_w1a8. */
#include "ref_bytes.h"

const struct gemm_kernel bitserial_gemm_w1a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
