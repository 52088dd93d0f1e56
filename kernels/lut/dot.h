/* A variant of gemv with BITS planes of weights whose body is body/dot__avx512vnni.c. */
#ifndef LUT_DOT_H
#define LUT_DOT_H
#include "codes.h"

void lut_dot_run(const struct gemm_args *g);
size_t lut_dot_rhs_bytes(size_t n, size_t k, size_t bits);
void lut_dot_pack(void *rhs, const struct gemm_weights *w, size_t bits);

#if defined(BITS)
static __attribute__((cold)) size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return lut_dot_rhs_bytes(n, k, BITS);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) { lut_dot_pack(rhs, w, BITS); }
#endif
#endif
