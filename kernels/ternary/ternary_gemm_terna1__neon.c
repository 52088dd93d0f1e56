/* ternary_gemm_terna1 by CNT. */
#if defined(__aarch64__)
enum { MR = 4, NV = 3 };
#else
enum { MR = 4, NV = 1 };
#endif
#include "bits_neon.h"

const struct gemm_kernel ternary_gemm_terna1__neon = {run, rhs_bytes, work_bytes, pack_rhs};
