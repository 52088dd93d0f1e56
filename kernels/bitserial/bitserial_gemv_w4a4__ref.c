/* bitserial_gemv_w4a4 as a product of one row. */
#define GEMM bitserial_gemm_w4a4__ref
#include "forward.h"

const struct gemm_kernel bitserial_gemv_w4a4__ref = {run, rhs_bytes, work_bytes, pack_rhs};
