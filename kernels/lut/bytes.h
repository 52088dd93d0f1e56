/* One row of bytes times weights of few bits, in plain C: every plane of a weight is a row of bits, and 8 of them
 * select one of the 256 sums of 8 activations. A table serves all columns and planes. */
#ifndef LUT_BYTES_H
#define LUT_BYTES_H
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include "codes.h"

/* 32 tables of 16-bit sums = 16 KiB, at home in the nearest cache of every board. */
enum { GROUP = 8, ENTRIES = 1 << GROUP, TABLES = 32 };

static size_t groups(size_t k) { return (k + GROUP - 1) / GROUP; }

static void build(int16_t *table, const int8_t *a, size_t count) {
    table[0] = 0;
    for (size_t i = 0; i < GROUP; i++) {
        int16_t one = i < count ? a[i] : 0;
        for (size_t j = 0; j < (size_t)1 << i; j++)
            table[((size_t)1 << i) + j] = (int16_t)(table[j] + one);
    }
}

static int32_t look_up(const int16_t *tables, const uint8_t *bits, size_t count) {
    int32_t even = 0, odd = 0;
    size_t i = 0;
    for (; i + 2 <= count; i += 2, tables += 2 * ENTRIES) {
        even += tables[bits[i]];
        odd += tables[ENTRIES + bits[i + 1]];
    }
    return even + odd + (i < count ? tables[bits[i]] : 0);
}

static void run(const struct gemm_args *g) {
    const struct codes *codes = g->rhs;
    const uint8_t *rows = (const uint8_t *)(codes + 1);
    const int8_t *a = g->a;
    int16_t *tables = g->work;
    uint32_t *c = g->c, start = (uint32_t)codes_dot(codes, 0, row_sum(a, g->k));
    size_t count = groups(g->k);
#pragma clang loop vectorize(disable) unroll(disable)
    for (size_t n = 0; n < g->n; n++)
        c[n] = start;
    for (size_t first = 0; first < count; first += TABLES) {
        size_t some = count - first < TABLES ? count - first : TABLES;
        for (size_t i = 0; i < some; i++)
            build(tables + i * ENTRIES, a + (first + i) * GROUP, g->k - (first + i) * GROUP);
        const uint8_t *bits = rows + first;
        for (size_t n = 0; n < g->n; n++)
            for (int plane = 0; plane < codes->planes; plane++, bits += count)
                c[n] += (uint32_t)look_up(tables, bits, some) * (uint32_t)codes->scale << plane;
    }
}

/* For one plane; other schemes ask for as many columns as they have planes (forward.h). */
static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return sizeof(struct codes) + n * groups(k);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return (size_t)TABLES * ENTRIES * 2;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    struct codes *codes = rhs;
    uint8_t *row = (uint8_t *)(codes + 1);
    *codes = codes_of(w);
    size_t planes = (size_t)codes->planes;
    memset(row, 0, w->n * planes * groups(w->k));
    for (size_t n = 0; n < w->n; n++, row += planes * groups(w->k))
        for (size_t i = 0; i < w->k; i++) {
            unsigned code = code_of(codes, ((const int8_t *)w->b)[n * w->b_stride + i]);
#pragma clang loop vectorize(disable) unroll(disable)
            for (size_t plane = 0; plane < planes; plane++)
                row[plane * groups(w->k) + i / 8] |= (uint8_t)((code >> plane & 1) << i % 8);
        }
}
#endif
