/* ternary_gemm_terna8 by SDOT. */
enum { MR = 6, NV = 4 };
#include "bytes_dotprod.h"

const struct gemm_kernel ternary_gemm_terna8__dotprod = {run, rhs_bytes, work_bytes, pack_rhs};
