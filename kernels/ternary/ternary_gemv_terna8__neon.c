/* ternary_gemv_terna8 by SMLAL. */
#define MAKE_TILES TILES_1
#if defined(__aarch64__)
enum { MR = 1, NV = 4 };
#else
enum { MR = 1, NV = 2 };
#endif
#include "bytes_neon.h"

const struct gemm_kernel ternary_gemv_terna8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
