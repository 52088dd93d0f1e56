/* The oracle of the weight pool: codes put together bit by bit, weights fetched from their vector, never tuned. */
#ifndef LUT_POOL_VALUES_H
#define LUT_POOL_VALUES_H
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <string.h>

static int32_t code_at(const uint8_t *planes, size_t k, size_t i) {
    int32_t code = 0;
    for (int bit = 0; bit < BITS; bit++)
        code |= (planes[bit * bits_row_bytes(k) + i / 8] >> i % 8 & 1) << bit;
    return code;
}

static size_t groups(size_t k) { return (k + POOL_GROUP - 1) / POOL_GROUP; }

static void run(const struct gemm_args *g) {
    const int8_t *pool = g->rhs;
    const uint8_t *numbers = (const uint8_t *)g->rhs + POOL_VECTORS * POOL_GROUP;
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const uint8_t *a = (const uint8_t *)g->a + m * g->a_stride;
            const uint8_t *b = numbers + n * groups(g->k);
            int32_t sum = 0;
            for (size_t i = 0; i < g->k; i++)
                sum += code_at(a, g->k, i) * pool[b[i / POOL_GROUP] * POOL_GROUP + i % POOL_GROUP];
            ((int32_t *)((uint8_t *)g->c + m * g->c_stride))[n] = sum;
        }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return POOL_VECTORS * POOL_GROUP + n * groups(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    memcpy(rhs, w->pool, POOL_VECTORS * POOL_GROUP);
    panel_copy_rows((uint8_t *)rhs + POOL_VECTORS * POOL_GROUP, w->b, w->b_stride, w->n, groups(w->k));
}
#endif
