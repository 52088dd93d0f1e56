/* xnor_gemm_w1a1 on 64-bit words: the body of the variants with a scalar popcount instruction
 * (popcnt, zbb). The file that includes it decides by its compiler flags what __builtin_popcountll becomes. */
#ifndef XNOR_WORDS_H
#define XNOR_WORDS_H
#include "../pack/panel.h"
#include "rows.h"

/* 2 x 4 sums, 4 words of B, 1 of A and the pointers fit the 15 to 31 registers of our 64-bit targets. Where bits are
 * counted by a dozen vector operations, the loads that a second row saves are not worth its code. */
#if defined(__SSE2__) && !defined(__POPCNT__)
enum { WORDS_MR = 1, WORDS_NR = 4 };
/* not into each of its two calls */
#define WORDS_TILES(body)                                                                                              \
    static __attribute__((noinline)) void body##_1(const struct tile *t) { body(t, 1); }                               \
    static tile_fn *const body##_fns[] = {NULL, body##_1};
#else
enum { WORDS_MR = 2, WORDS_NR = 4 };
#define WORDS_TILES TILES_2
#endif

TILE_INLINE words_tile(const struct tile *t, size_t mr) {
    size_t words = bits_row_bytes(t->k) / 8;
    const uint64_t *b = (const uint64_t *)t->panel;
    uint32_t differ[WORDS_MR][WORDS_NR] = {{0}};
    for (size_t i = 0; i < words; i++, b += WORDS_NR)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            uint64_t a = load_word(t->a + r * t->a_stride + 8 * i);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < WORDS_NR; j++)
                differ[r][j] += (uint32_t)__builtin_popcountll(a ^ b[j]);
        }
    for (size_t r = 0; r < mr; r++)
        for (size_t j = 0; j < WORDS_NR; j++)
            ((int32_t *)(t->c + r * t->c_stride))[j] = (int32_t)((uint32_t)t->k - 2 * differ[r][j]);
}
WORDS_TILES(words_tile)

static void run(const struct gemm_args *g) {
    tiles_run(g, g->a, g->a_stride, WORDS_MR, WORDS_NR, panel_bytes(bits_row_bytes(g->k), WORDS_NR, 8), words_tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, bits_row_bytes(k), WORDS_NR, 8);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, bits_row_bytes(w->k), WORDS_NR, 8);
}
#endif
