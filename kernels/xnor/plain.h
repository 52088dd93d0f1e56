/* xnor_gemm_w1a1 in plain C. Where the base of the target has vectors, the compiler counts bits in
 * them and the plain form wins. Elsewhere counting a word costs a dozen operations, and full adders let only one word
 * in four pay it. */
#ifndef XNOR_PLAIN_H
#define XNOR_PLAIN_H
#if defined(__SSE2__) || defined(__ARM_NEON)
#include "words.h"
#else
#include "../pack/panel.h"
#include "rows.h"

enum { MR = 2, NR = 2, GROUP = 4 };

/* Bits of weight 1 and 2 that are not counted yet, and the count of those of weight 4. */
struct sums {
    uint64_t ones, twos;
    uint32_t fours;
};

static inline uint64_t majority(uint64_t x, uint64_t y, uint64_t z) { return (x & y) | (z & (x | y)); }

/* Two more words into `ones`; what it cannot hold comes out, weight 2. */
static inline uint64_t add_ones(struct sums *s, uint64_t x, uint64_t y) {
    uint64_t carry = majority(s->ones, x, y);
    s->ones ^= x ^ y;
    return carry;
}

TILE_INLINE add_group(struct sums *s, const uint64_t a[GROUP], const uint64_t *b) {
    uint64_t x = add_ones(s, a[0] ^ b[0], a[1] ^ b[NR]);
    uint64_t y = add_ones(s, a[2] ^ b[2 * NR], a[3] ^ b[3 * NR]);
    s->fours += (uint32_t)__builtin_popcountll(majority(s->twos, x, y));
    s->twos ^= x ^ y;
}

static inline uint32_t total(const struct sums *s) {
    return (uint32_t)__builtin_popcountll(s->ones) + 2 * (uint32_t)__builtin_popcountll(s->twos) + 4 * s->fours;
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t words = bits_row_bytes(t->k) / 8, i = 0;
    const uint64_t *b = (const uint64_t *)t->panel;
    struct sums sums[MR][NR] = {{{0, 0, 0}}};
    for (; i + GROUP <= words; i += GROUP, b += GROUP * NR)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            uint64_t a[GROUP];
            memcpy(a, __builtin_assume_aligned(t->a + r * t->a_stride + 8 * i, sizeof *a), sizeof a);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NR; j++)
                add_group(&sums[r][j], a, b + j);
        }
    for (size_t r = 0; r < mr; r++)
        for (size_t j = 0; j < NR; j++) {
            uint32_t differ = total(&sums[r][j]);
            for (size_t rest = i; rest < words; rest++)
                differ += (uint32_t)__builtin_popcountll(load_word(t->a + r * t->a_stride + 8 * rest) ^
                                                         b[(rest - i) * NR + j]);
            ((int32_t *)(t->c + r * t->c_stride))[j] = (int32_t)((uint32_t)t->k - 2 * differ);
        }
}
TILES_2(tile)

static void run(const struct gemm_args *g) {
    tiles_run(g, g->a, g->a_stride, MR, NR, panel_bytes(bits_row_bytes(g->k), NR, 8), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, bits_row_bytes(k), NR, 8);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, bits_row_bytes(w->k), NR, 8);
}
#endif
#endif
