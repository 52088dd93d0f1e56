/* What a weight of 0 or +-2^e is made of, and how long sums of shifted bytes fit 16 bits: a shifted byte is at most
 * 128 << PLACES_MAX. PLACES_MAX comes from the file of the scheme: 2 for pot3, 6 for pot4. */
#ifndef SHIFT_PLACES_H
#define SHIFT_PLACES_H
#include "../pack/one_row.h"

enum { ROUND_MAX = 32767 / (128 << PLACES_MAX) };

/* Rows of A are made wider in blocks that stay in a near cache while all panels of B meet them. */
enum { BLOCK = 48 };
static inline size_t block_rows(size_t m) { return m < BLOCK ? m : BLOCK; }

static inline void run_blocks(const struct gemm_args *g, gemm_fn *run_block) {
    for (size_t m = 0; m < g->m; m += BLOCK) {
        struct gemm_args part = *g;
        part.m = block_rows(g->m - m);
        part.a = (const uint8_t *)g->a + m * g->a_stride;
        part.c = (uint8_t *)g->c + m * g->c_stride;
        run_block(&part);
    }
}

static inline unsigned places_of(int weight) {
    return (unsigned)__builtin_ctz((unsigned)(weight < 0 ? -weight : weight));
}

/* Rows of A widened to 16 bits, to `length` >= k elements, zeros behind the last. */
static inline void widen_rows(int16_t *to, const struct gemm_args *g, size_t length) {
    for (size_t m = 0; m < g->m; m++, to += length) {
        const int8_t *a = (const int8_t *)g->a + m * g->a_stride;
        for (size_t i = 0; i < g->k; i++)
            to[i] = a[i];
        for (size_t i = g->k; i < length; i++)
            to[i] = 0;
    }
}
#endif
