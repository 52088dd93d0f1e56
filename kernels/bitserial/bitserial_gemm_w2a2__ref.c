/* The oracle of bitserial_gemm_w2a2: weights are bytes there, so A_BITS is all that it depends on. */
#define GEMM bitserial_gemm_w1a2__ref
#include "forward.h"

const struct gemm_kernel bitserial_gemm_w2a2__ref = {run, rhs_bytes, work_bytes, pack_rhs};
