/* xnor_gemm_w1a1 by the cpop instruction of Zbb: four rows of A are laid side by side, then pass
 * by a block of B that stays in the nearest cache. */
#ifndef XNOR_ZBB_H
#define XNOR_ZBB_H
#include "zbb_tile.h"

enum { BLOCK_BYTES = 24 << 10, BLOCK_LEAST = 32 }; /* of B; columns */

/* Columns of C, and where their panels begin. */
struct columns {
    const uint64_t *panels;
    size_t first, count;
};

/* Rows of A side by side. */
static void four_rows(const struct gemm_args *g, const struct columns *at, const uint64_t *a, uint8_t *row) {
    const size_t words = bits_row_bytes(g->k) / 8, panels = at->count / NR, rest = at->count % NR;
    const struct steps steps = steps_of(words);
    if (panels > 0)
        tile_sums(a, at->panels, panels, steps, (int64_t)g->k, row, g->c_stride);
    if (rest > 0) {
        uint8_t edge[MR][NR * 4];
        tile_sums(a, at->panels + panels * NR * words, 1, steps, (int64_t)g->k, edge, sizeof *edge);
        for (size_t r = 0; r < MR; r++)
            memcpy(row + r * g->c_stride + panels * NR * 4, edge[r], rest * 4);
    }
}

static void one_row(const struct gemm_args *g, const struct columns *at, const uint64_t *a, uint8_t *row) {
    const uint64_t *b = at->panels;
    const size_t words = bits_row_bytes(g->k) / 8;
    for (size_t n = 0; n < at->count; n += NR) {
        uint64_t sum[NR] = {0};
        for (size_t i = 0; i < words; i++, b += NR)
            UNROLLED for (size_t j = 0; j < NR; j++) sum[j] += (uint64_t)__builtin_popcountll(a[i] ^ b[j]);
        UNROLLED for (size_t j = 0; j < NR; j++)
            if (n + j < at->count)
                ((int32_t *)row)[n + j] = (int32_t)(g->k - 2 * sum[j]);
    }
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, bits_row_bytes(k), NR, 8);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n;
    return MR * bits_row_bytes(k);
}

static void run(const struct gemm_args *g) {
    size_t words = bits_row_bytes(g->k) / 8, blocks = rhs_bytes(g->m, g->n, g->k) / BLOCK_BYTES + 1;
    size_t most = (g->n / blocks + NR) / NR * NR;
    struct columns at = {.panels = g->rhs};
    most = most < BLOCK_LEAST ? BLOCK_LEAST : most;
    for (; at.first < g->n; at.first += at.count, at.panels += at.count * words) {
        at.count = g->n - at.first < most ? g->n - at.first : most;
        for (size_t m = 0, rows; m < g->m; m += rows) {
            const uint8_t *a = (const uint8_t *)g->a + m * g->a_stride;
            uint8_t *row = (uint8_t *)g->c + m * g->c_stride + at.first * 4;
            rows = g->m - m < MR ? 1 : MR;
            if (rows == 1) {
                one_row(g, &at, (const uint64_t *)a, row);
                continue;
            }
            const uint64_t *from[MR];
            for (size_t r = 0; r < MR; r++)
                from[r] = (const uint64_t *)(a + r * g->a_stride);
            lay_rows(g->work, from, words);
            four_rows(g, &at, g->work, row);
        }
    }
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, bits_row_bytes(w->k), NR, 8);
}
#endif
