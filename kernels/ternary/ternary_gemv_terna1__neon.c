/* ternary_gemv_terna1 by CNT. */
#if defined(__aarch64__)
enum { MR = 1, NV = 4 };
#else
enum { MR = 1, NV = 2 };
#endif
#include "bits_neon.h"

const struct gemm_kernel ternary_gemv_terna1__neon = {run, rhs_bytes, work_bytes, pack_rhs};
