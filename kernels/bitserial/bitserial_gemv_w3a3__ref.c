/* bitserial_gemv_w3a3 as a product of one row. */
#define GEMM bitserial_gemm_w3a3__ref
#include "forward.h"

const struct gemm_kernel bitserial_gemv_w3a3__ref = {run, rhs_bytes, work_bytes, pack_rhs};
