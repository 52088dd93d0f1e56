/* xnor_gemm_w1a1 by the full adders of triples.h. Rows of A are gathered block by block; K is filled up to whole
 * triples, so a K for which that is too much is left to neon.h, as is one that 16 bits do not hold. */
#ifndef XNOR_GEMM_TRIPLES_H
#define XNOR_GEMM_TRIPLES_H
#include "neon.h"
#include "triples.h"

/* Bytes of gathered rows that stay in the nearest cache of a small core. */
enum { GATHERED_BYTES = 20480 };

static inline size_t triples_of(size_t k) { return (bits_row_bytes(k) / 8 + WORDS - 1) / WORDS; }

static bool in_triples(size_t k) {
    size_t words = bits_row_bytes(k) / 8, filled = triples_of(k) * WORDS;
    return filled <= TRIPLES_MAX_WORDS && 5 * filled <= 6 * words;
}

static size_t gathered_rows(size_t k) { return GATHERED_BYTES / triples_bytes(bits_row_bytes(k) / 8) / 8 * 8 + 8; }

static void gather_row(uint8_t *to, size_t step, const uint8_t *row, size_t words) {
    if (words % (2 * WORDS) == 0) {
        gather_even(to, step, row, 1, 8 * words, 0);
        return;
    }
    for (; words >= 2 * WORDS; words -= 2 * WORDS, row += 48, to += step)
        put_two(to, row, row + 24);
    if (words == 0)
        return;
    uint8_t last[48] = {0};
    memcpy(last, row, 8 * words);
    put_two(to, last, words > WORDS ? last + 24 : last);
}

static void gather_rows(const struct gemm_args *g, size_t first, size_t rows) {
    size_t words = bits_row_bytes(g->k) / 8, size = triples_bytes(words);
    const uint8_t *row = (const uint8_t *)g->a + first * g->a_stride;
    uint8_t *to = g->work;
    for (size_t mr; rows > 0; rows -= mr, to += mr * (size - 48)) {
        mr = triples_rows(rows);
        for (size_t r = 0; r < mr; r++, to += 48, row += g->a_stride)
            gather_row(to, 48 * mr, row, words);
    }
}

/* Rows of 8 columns of C. */
struct triples_c {
    const uint8_t *rows, *panel;
    size_t triples;
    int32x4_t base; /* sums of what differs in nothing, less twice what the counts begin with */
    uint8_t *c;
    size_t c_stride;
};

TILE_INLINE triples_tile(const struct triples_c *t, size_t mr) {
#pragma clang loop unroll(disable)
    for (size_t half = 0; half < 2; half++) {
        const uint8_t *panel = t->panel + half * t->triples * 24 * HALF;
        struct triples_sums sums = triples_add(t->rows, panel, t->triples / 2, t->triples % 2 != 0, mr);
        uint8_t *to = t->c + half * 4 * HALF;
        const size_t stride = t->c_stride;
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++, to += stride) {
            int16x8_t pair = sums.pairs[r / 2];
            int32x4_t twice = r % 2 ? vshll_high_n_s16(pair, 1) : vshll_n_s16(vget_low_s16(pair), 1);
            vst1q_s32((int32_t *)(void *)to, vaddq_s32(t->base, twice));
        }
    }
}

static void triples_rest(const struct triples_c *t, size_t mr) {
    if (mr == 4)
        triples_tile(t, 4);
    else if (mr == 2)
        triples_tile(t, 2);
    else
        triples_tile(t, 1);
}

/* A block of gathered rows with a panel. */
static void triples_panel(const struct gemm_args *g, const uint8_t *panel, size_t first, size_t rows, size_t column) {
    alignas(16) uint8_t edge[TRIPLES_MR * TRIPLES_NR * 4];
    size_t size = triples_bytes(bits_row_bytes(g->k) / 8), columns = g->n - column;
    struct triples_c t = {.rows = g->work, .panel = panel, .triples = triples_of(g->k)};
    t.base = vdupq_n_s32((int32_t)g->k - (int32_t)(128 * t.triples));
    t.c = (uint8_t *)g->c + first * g->c_stride + 4 * column, t.c_stride = g->c_stride;
    for (size_t mr; rows > 0; rows -= mr, t.rows += mr * size) {
        uint8_t *c = t.c;
        mr = triples_rows(rows);
        if (columns < TRIPLES_NR)
            t.c = edge, t.c_stride = 4 * TRIPLES_NR;
        if (mr == 8)
            triples_tile(&t, 8);
        else
            triples_rest(&t, mr);
        for (size_t r = 0; columns < TRIPLES_NR && r < mr; r++)
            memcpy(c + r * g->c_stride, edge + r * 4 * TRIPLES_NR, 4 * columns);
        t.c = c + mr * g->c_stride;
    }
}

static void triples_run(const struct gemm_args *g) {
    if (!in_triples(g->k)) {
        run(g);
        return;
    }
    size_t block = gathered_rows(g->k), bytes = triples_of(g->k) * 24 * TRIPLES_NR;
    for (size_t first = 0, rows; first < g->m; first += rows) {
        rows = g->m - first < block ? g->m - first : block;
        gather_rows(g, first, rows);
        const uint8_t *panel = g->rhs;
        for (size_t column = 0; column < g->n; column += TRIPLES_NR, panel += bytes)
            triples_panel(g, panel, first, rows, column);
    }
}

static size_t triples_rhs_bytes(size_t m, size_t n, size_t k) {
    return in_triples(k) ? (n + TRIPLES_NR - 1) / TRIPLES_NR * TRIPLES_NR * triples_of(k) * 24 : rhs_bytes(m, n, k);
}

/* With room for the row that is read beyond the last. */
static size_t triples_work_bytes(size_t m, size_t n, size_t k) {
    return in_triples(k) ? gathered_rows(k) * triples_bytes(bits_row_bytes(k) / 8) + 48 : work_bytes(m, n, k);
}

static void triples_pack_rhs(void *rhs, const struct gemm_weights *w) {
    if (!in_triples(w->k)) {
        pack_rhs(rhs, w);
        return;
    }
    size_t words = bits_row_bytes(w->k) / 8;
    uint8_t *to = rhs;
    for (size_t o = 0; o < (w->n + TRIPLES_NR - 1) / TRIPLES_NR * TRIPLES_NR; o += HALF) {
        const uint8_t *row[HALF];
        for (size_t lane = 0; lane < HALF; lane++)
            row[lane] = o + lane < w->n ? (const uint8_t *)w->b + (o + lane) * w->b_stride : NULL;
        to = triples_pack_half(to, row, words, words % (2 * WORDS) == 0);
    }
}
#endif
