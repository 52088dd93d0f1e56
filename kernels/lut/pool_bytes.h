/* The weight pool in plain C: the table of all 64 vectors times all 256 slices of a plane is part of the packed form,
 * 32 KiB of 16-bit sums, and a product of 8 weights with 8 bits is one load from it. */
#ifndef LUT_POOL_BYTES_H
#define LUT_POOL_BYTES_H
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <string.h>

enum { SLICES = 256, NR = 4 };

/* The front of the packed form. It tells run() the number of planes, so that one run() serves all schemes; those of more
 * planes change it (pool_forward.h). */
struct packed {
    uint64_t planes;
    int16_t table[POOL_VECTORS * SLICES];
};

static size_t groups(size_t k) { return (k + POOL_GROUP - 1) / POOL_GROUP; }

/* NR columns of one row of A; numbers are [group][NR]. One plane after the other: cost is linear in their count. */
static void dots(const struct gemm_args *g, const uint8_t *a, const uint8_t *numbers, int32_t dot[NR]) {
    const struct packed *packed = g->rhs;
    size_t count = groups(g->k), plane_bytes = bits_row_bytes(g->k);
    memset(dot, 0, NR * sizeof *dot);
    for (unsigned bit = 0; bit < packed->planes; bit++, a += plane_bytes) {
        int32_t sum[NR] = {0};
        for (size_t i = 0; i < count; i++) {
            const int16_t *slice = packed->table + a[i];
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NR; j++)
                sum[j] += slice[numbers[i * NR + j] * SLICES];
        }
        for (size_t j = 0; j < NR; j++)
            dot[j] += sum[j] * (1 << bit);
    }
}

static void run(const struct gemm_args *g) {
    const uint8_t *numbers = (const uint8_t *)g->rhs + sizeof(struct packed);
    for (size_t n = 0; n < g->n; n += NR, numbers += panel_bytes(groups(g->k), NR, 1))
        for (size_t m = 0; m < g->m; m++) {
            int32_t dot[NR];
            dots(g, (const uint8_t *)g->a + m * g->a_stride, numbers, dot);
            uint8_t *c = (uint8_t *)g->c + m * g->c_stride + n * 4;
            memcpy(c, dot, (g->n - n < NR ? g->n - n : NR) * 4);
        }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return sizeof(struct packed) + panels_bytes(n, groups(k), NR, 1);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    struct packed *packed = rhs;
    packed->planes = 1;
    for (int v = 0; v < POOL_VECTORS; v++)
        for (int slice = 0; slice < SLICES; slice++) {
            int sum = 0;
            for (int i = 0; i < POOL_GROUP; i++)
                sum += (slice >> i & 1) * w->pool[v * POOL_GROUP + i];
            packed->table[v * SLICES + slice] = (int16_t)sum;
        }
    panel_pack(packed + 1, w->b, w->b_stride, w->n, groups(w->k), NR, 1);
}
#endif
