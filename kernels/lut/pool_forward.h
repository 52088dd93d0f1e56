/* A scheme of the weight pool by the body, named by TO, of the scheme with one plane: every packed form begins with the
 * number of planes, which is all that differs. */
#ifndef LUT_POOL_FORWARD_H
#define LUT_POOL_FORWARD_H
#include "../include/kernel.h"

extern const struct gemm_kernel TO;

/* cold: optimised for size, which spares the padding between functions this short */
static __attribute__((cold)) void run(const struct gemm_args *g) { TO.run(g); }

static __attribute__((cold)) size_t rhs_bytes(size_t m, size_t n, size_t k) { return TO.rhs_bytes(m, n, k); }

static __attribute__((cold)) size_t work_bytes(size_t m, size_t n, size_t k) { return TO.work_bytes(m, n, k); }

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    TO.pack_rhs(rhs, w);
    *(uint64_t *)rhs = BITS;
}
#endif
