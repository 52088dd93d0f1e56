/* lut_gemm_w1a8 in plain C: in the compiler's own vectors where the base of the target has some. */
#if defined(__SSE2__) || defined(__ARM_NEON)
#define VECTOR_BYTES 16
#else
#define VECTOR_BYTES 8
#endif
#include "blocks.h"

const struct gemm_kernel lut_gemm_w1a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
