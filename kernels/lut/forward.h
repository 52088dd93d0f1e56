/* A variant whose body is another one's, named by TO. To that body the BITS planes of a column are columns of one bit
 * each; that of an oracle keeps values, to which 1 is right for every scheme. */
#ifndef LUT_FORWARD_H
#define LUT_FORWARD_H
#include "codes.h"

extern const struct gemm_kernel TO;

/* cold: optimised for size, which spares the padding between functions this short */
static __attribute__((cold)) void run(const struct gemm_args *g) { TO.run(g); }

static __attribute__((cold)) size_t rhs_bytes(size_t m, size_t n, size_t k) { return TO.rhs_bytes(m, n * BITS, k); }

static __attribute__((cold)) size_t work_bytes(size_t m, size_t n, size_t k) { return TO.work_bytes(m, n * BITS, k); }

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    struct gemm_weights planes;
    if (BITS > 1) {
        planes = *w;
        planes.encoding = (enum weight_encoding)(w->encoding | (BITS - 1) << PLANES_ABOVE);
        w = &planes;
    }
    TO.pack_rhs(rhs, w);
}
#endif
