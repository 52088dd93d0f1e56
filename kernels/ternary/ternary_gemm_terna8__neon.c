/* ternary_gemm_terna8 by SMLAL. */
#if defined(__aarch64__)
enum { MR = 4, NV = 2 };
#else
enum { MR = 4, NV = 1 };
#endif
#include "bytes_neon.h"

const struct gemm_kernel ternary_gemm_terna8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
