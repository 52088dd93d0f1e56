/* The oracle of int8_gemv_w8a8, never tuned. */
#include "../include/kernel.h"
#include "../pack/panel.h"

static void run(const struct gemm_args *g) {
    const int8_t *a = g->a;
    for (size_t n = 0; n < g->n; n++) {
        const int8_t *b = (const int8_t *)g->rhs + n * g->k;
        int32_t sum = 0;
        for (size_t i = 0; i < g->k; i++)
            sum += a[i] * b[i];
        ((int32_t *)g->c)[n] = sum;
    }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return n * k;
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_copy_rows(rhs, w->b, w->b_stride, w->n, w->k);
}

const struct gemm_kernel int8_gemv_w8a8__ref = {run, rhs_bytes, work_bytes, pack_rhs};
