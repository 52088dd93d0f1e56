/* The oracle of xnor_gemv_w1a1: one word after the other, never tuned. */
#include "../include/kernel.h"
#include "../pack/panel.h"

static void run(const struct gemm_args *g) {
    size_t words = bits_row_bytes(g->k) / 8;
    const uint64_t *a = g->a, *b = g->rhs;
    int32_t *c = g->c;
    for (size_t n = 0; n < g->n; n++) {
        int64_t differ = 0;
        for (size_t i = 0; i < words; i++)
            differ += __builtin_popcountll(a[i] ^ b[n * words + i]);
        c[n] = (int32_t)((int64_t)g->k - 2 * differ);
    }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return n * bits_row_bytes(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_copy_rows(rhs, w->b, w->b_stride, w->n, bits_row_bytes(w->k));
}

const struct gemm_kernel xnor_gemv_w1a1__ref = {run, rhs_bytes, work_bytes, pack_rhs};
