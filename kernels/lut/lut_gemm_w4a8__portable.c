/* lut_gemm_w4a8 in plain C: in the compiler's own vectors where the base of the target has some. */
enum { BITS = 4 };
#if defined(__SSE2__) || defined(__ARM_NEON)
#define VECTOR_BYTES 16
#else
#define VECTOR_BYTES 8
#endif
#define RUN lut_gemm_w1a8__portable
#include "blocks.h"

const struct gemm_kernel lut_gemm_w4a8__portable = {run, rhs_bytes, work_bytes, pack_rhs};
