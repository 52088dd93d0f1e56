/* What a weight of 0 or +-2^e is made of, and how long sums of shifted bytes fit 16 bits: a shifted byte is at most
 * 128 << e. The largest e that B has decides, which is found when B is packed, so that one body serves all schemes. */
#ifndef SHIFT_PLACES_H
#define SHIFT_PLACES_H
#include "../pack/tiles.h"

enum { PLACES_MAX = 6 };

static inline unsigned places_of(int weight) {
    return (unsigned)__builtin_ctz((unsigned)(weight < 0 ? -weight : weight));
}

/* Additions that 16 bits hold; `extra` is how far a product may be off its value. */
static inline size_t round_length(const struct gemm_weights *w, size_t extra) {
    unsigned all = 1;
    for (size_t n = 0; n < w->n; n++)
        for (size_t i = 0; i < w->k; i++) {
            int weight = ((const int8_t *)w->b)[n * w->b_stride + i];
            all |= (unsigned)(weight < 0 ? -weight : weight);
        }
    return 32767 / (((size_t)128 << (31 - __builtin_clz(all))) + extra);
}

/* Rows of A are made wider in blocks that stay in a near cache while all panels of B meet them. A block's room is
 * rounded up to whole tiles; what lies behind the last row is computed with and not stored. */
enum { BLOCK = 48, TILE_ROWS = 4 };
static inline size_t block_rows(size_t m) { return m < BLOCK ? (m + TILE_ROWS - 1) / TILE_ROWS * TILE_ROWS : BLOCK; }

static inline void run_blocks(const struct gemm_args *g, gemm_fn *run_block) {
    for (size_t m = 0; m < g->m; m += BLOCK) {
        struct gemm_args part = *g;
        part.m = g->m - m < BLOCK ? g->m - m : BLOCK;
        part.a = (const uint8_t *)g->a + m * g->a_stride;
        part.c = (uint8_t *)g->c + m * g->c_stride;
        run_block(&part);
    }
}

/* Two tiles have code of their own, `few` for up to few_rows rows and `most` for the others: bodies for every number
 * of rows would be most of the program. */
#define SHIFT_TILES(few_rows, few_mr, most_mr)                                                                         \
    static __attribute__((noinline)) void few(const struct tile *t, size_t rows) { tile(t, rows, few_mr); }            \
    static __attribute__((noinline)) void most(const struct tile *t, size_t rows) { tile(t, rows, most_mr); }          \
    static void tile_1(const struct tile *t) { few(t, 1); }                                                            \
    static void tile_2(const struct tile *t) { (few_rows < 2 ? most : few)(t, 2); }                                    \
    static void tile_3(const struct tile *t) { most(t, 3); }                                                           \
    static void tile_4(const struct tile *t) { most(t, 4); }                                                           \
    static tile_fn *const tile_fns[] = {NULL, tile_1, tile_2, tile_3, tile_4};

/* Rows of A widened to 16 bits, to `length` elements, which is k or one more, a zero. */
static inline void widen_rows(int16_t *to, const struct gemm_args *g, size_t length) {
    for (size_t m = 0; m < g->m; m++, to += length) {
        const int8_t *a = (const int8_t *)g->a + m * g->a_stride;
#pragma clang loop interleave_count(1)
        for (size_t i = 0; i < g->k; i++)
            to[i] = a[i];
        if (g->k < length)
            to[g->k] = 0;
    }
}
#endif
