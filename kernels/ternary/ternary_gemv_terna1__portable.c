/* ternary_gemv_terna1 in plain C. */
#if !defined(__SSE2__) && !defined(__ARM_NEON)
#define CARRY
#endif
#define MAKE_TILES TILES_1
enum { MR = 1, NR = 4 };
#include "bits_words.h"

const struct gemm_kernel ternary_gemv_terna1__portable = {run, rhs_bytes, work_bytes, pack_rhs};
