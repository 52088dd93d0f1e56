/* xnor_gemm_w1a1 by CNT. */
#if defined(__aarch64__)
#include "gemm_triples.h"
#define OURS(function) triples_##function
#else
#include "neon_arm.h"
#define OURS(function) function
#endif

const struct gemm_kernel xnor_gemm_w1a1__neon = {OURS(run), OURS(rhs_bytes), OURS(work_bytes), OURS(pack_rhs)};
