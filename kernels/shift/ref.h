/* The oracle's body: every weight becomes a sign and a number of places to shift, one after the other. */
#ifndef SHIFT_REF_H
#define SHIFT_REF_H
#include "../include/kernel.h"
#include "../pack/panel.h"

static int32_t product(int32_t a, int weight) {
    int places = 0;
    if (weight == 0)
        return 0;
    while (1 << places < (weight < 0 ? -weight : weight))
        places++;
    int32_t shifted = (int32_t)((uint32_t)a << places);
    return weight < 0 ? -shifted : shifted;
}

static void run(const struct gemm_args *g) {
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const int8_t *a = (const int8_t *)g->a + m * g->a_stride;
            const int8_t *b = (const int8_t *)g->rhs + n * g->k;
            int32_t sum = 0;
            for (size_t i = 0; i < g->k; i++)
                sum += product(a[i], b[i]);
            ((int32_t *)((uint8_t *)g->c + m * g->c_stride))[n] = sum;
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
#endif
