/* The four functions of a float gemv: B passes by once, so nothing but the memory's speed counts. Lanes run along N
 * as in the products, so there is no horizontal sum. */
#ifndef FLOAT_GEMV_H
#define FLOAT_GEMV_H
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <stdalign.h>
#include <stdbool.h>

/* FAR: bytes; the memory's prefetcher stops at the end of each page */
enum { VECTOR_NR = VECTOR_NV * LANES, FAR = 2048 };

static inline void vector_panel(vec sum[VECTOR_NV], const float *a, const uint8_t *b, size_t k) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < VECTOR_NV; j++)
        sum[j] = vec_zero();
#pragma clang loop unroll(disable)
    for (size_t i = 0; i < k; i++, b += VECTOR_NR * FORM_BYTES) {
        vec row = vec_all(a[i]);
        for (size_t j = 0; AHEAD > 0 && j < VECTOR_NR * FORM_BYTES; j += 64)
            __builtin_prefetch(b + FAR + j);
#pragma clang loop unroll(full)
        for (size_t j = 0; j < VECTOR_NV; j++)
            sum[j] = vec_fma(row, form_load(b + j * LANES * FORM_BYTES), sum[j]);
    }
}

static void run(const struct gemm_args *g) {
    alignas(64) float edge[VECTOR_NR];
    const uint8_t *b = g->rhs;
    const float *a = g->a;
    if (FORM_BYTES != 4) {
        form_floats(g->work, g->a, g->k);
        a = g->work;
    }
    for (size_t n = 0; n < g->n; n += VECTOR_NR, b += VECTOR_NR * FORM_BYTES * g->k) {
        vec sum[VECTOR_NV];
        float *c = (float *)g->c + n;
        bool inside = g->n - n >= VECTOR_NR;
        vector_panel(sum, a, b, g->k);
#pragma clang loop unroll(full)
        for (size_t j = 0; j < VECTOR_NV; j++)
            vec_store((inside ? c : edge) + j * LANES, sum[j]);
        if (!inside)
            memcpy(c, edge, (g->n - n) * 4);
    }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, FORM_BYTES * k, VECTOR_NR, FORM_BYTES);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n;
    return FORM_BYTES == 4 ? 0 : 4 * k;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, FORM_BYTES * w->k, VECTOR_NR, FORM_BYTES);
}
#endif
