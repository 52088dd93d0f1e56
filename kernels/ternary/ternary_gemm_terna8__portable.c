/* ternary_gemm_terna8 in plain C. */
enum { MR = 2, NV = 2 };
#include "bytes_plain.h"

const struct gemm_kernel ternary_gemm_terna8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
