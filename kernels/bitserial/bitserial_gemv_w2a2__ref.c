/* bitserial_gemv_w2a2 as a product of one row. */
#define GEMM bitserial_gemm_w1a2__ref
#include "forward.h"

const struct gemm_kernel bitserial_gemv_w2a2__ref = {run, rhs_bytes, work_bytes, pack_rhs};
