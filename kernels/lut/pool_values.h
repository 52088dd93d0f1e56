/* The oracle of the weight pool: codes put together bit by bit, weights fetched from their vector, never tuned. */
#ifndef LUT_POOL_VALUES_H
#define LUT_POOL_VALUES_H
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <string.h>

/* The front of the packed form; schemes of more planes than one change their number (pool_forward.h). */
struct packed {
    uint64_t planes;
    int8_t pool[POOL_VECTORS * POOL_GROUP];
};

static int32_t code_at(const uint8_t *planes, size_t count, size_t k, size_t i) {
    int32_t code = 0;
    for (size_t bit = 0; bit < count; bit++)
        code |= (planes[bit * bits_row_bytes(k) + i / 8] >> i % 8 & 1) << bit;
    return code;
}

static size_t groups(size_t k) { return (k + POOL_GROUP - 1) / POOL_GROUP; }

static void run(const struct gemm_args *g) {
    const struct packed *packed = g->rhs;
    const uint8_t *numbers = (const uint8_t *)(packed + 1);
    for (size_t m = 0; m < g->m; m++)
        for (size_t n = 0; n < g->n; n++) {
            const uint8_t *a = (const uint8_t *)g->a + m * g->a_stride;
            const uint8_t *b = numbers + n * groups(g->k);
            int32_t sum = 0;
            for (size_t i = 0; i < g->k; i++)
                sum += code_at(a, packed->planes, g->k, i) * packed->pool[b[i / POOL_GROUP] * POOL_GROUP + i % POOL_GROUP];
            ((int32_t *)((uint8_t *)g->c + m * g->c_stride))[n] = sum;
        }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return sizeof(struct packed) + n * groups(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    struct packed *packed = rhs;
    packed->planes = 1;
    memcpy(packed->pool, w->pool, sizeof packed->pool);
    panel_copy_rows(packed + 1, w->b, w->b_stride, w->n, groups(w->k));
}
#endif
