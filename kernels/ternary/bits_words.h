/* terna1 on 64-bit words: differ = (a & nonzero) ^ minus has a 1 where the product is -1, so
 * dot = number of non-zero weights - 2 * popcount(differ). Expects MR and NR.
 *
 * Without FAST_COUNT counting a word is slow, so full adders let only one word in four pay it. */
#ifndef TERNARY_BITS_WORDS_H
#define TERNARY_BITS_WORDS_H
#include "../pack/walk.h"
#include "../pack/trits.h"

static inline uint64_t differ(uint64_t a, const uint64_t *b, size_t j) { return (a & b[j]) ^ b[NR + j]; }

#if !defined(FAST_COUNT)
enum { GROUP = 4 };

static inline uint64_t majority(uint64_t x, uint64_t y, uint64_t z) { return (x & y) | (z & (x | y)); }

/* The columns of a panel one after the other: more sums than those of one would not fit the registers. */
static inline uint32_t count_column(const uint8_t *a, const uint64_t *b, size_t words, size_t j) {
    uint64_t ones = 0, twos = 0;
    uint32_t fours = 0, rest = 0;
    size_t i = 0;
    for (; i + GROUP <= words; i += GROUP, b += GROUP * 2 * NR) {
        uint64_t x[GROUP];
        memcpy(x, __builtin_assume_aligned(a + 8 * i, sizeof *x), sizeof x);
#pragma clang loop unroll(full)
        for (size_t l = 0; l < GROUP; l++)
            x[l] = differ(x[l], b + l * 2 * NR, j);
        uint64_t low = majority(ones, x[0], x[1]);
        ones ^= x[0] ^ x[1];
        uint64_t high = majority(ones, x[2], x[3]);
        ones ^= x[2] ^ x[3];
        fours += (uint32_t)__builtin_popcountll(majority(twos, low, high));
        twos ^= low ^ high;
    }
    for (; i < words; i++, b += 2 * NR)
        rest += (uint32_t)__builtin_popcountll(differ(load_word(a + 8 * i), b, j));
    return rest + (uint32_t)__builtin_popcountll(ones) + 2 * (uint32_t)__builtin_popcountll(twos) + 4 * fours;
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    const int32_t *nonzero = (const int32_t *)t->panel;
    for (size_t r = 0; r < mr; r++)
        for (size_t j = 0; j < NR; j++) {
            uint32_t minus = count_column(t->a + r * t->a_stride, (const uint64_t *)(t->panel + 4 * NR),
                                          bits_row_bytes(t->k) / 8, j);
            ((int32_t *)(t->c + r * t->c_stride))[j] = nonzero[j] - 2 * (int32_t)minus;
        }
}
#else
TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t words = bits_row_bytes(t->k) / 8;
    const int32_t *nonzero = (const int32_t *)t->panel;
    const uint64_t *b = (const uint64_t *)(t->panel + 4 * NR);
    uint32_t minus[MR][NR] = {{0}};
    for (size_t i = 0; i < words; i++, b += 2 * NR)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            uint64_t a = load_word(t->a + r * t->a_stride + 8 * i);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NR; j++)
                minus[r][j] += (uint32_t)__builtin_popcountll(differ(a, b, j));
        }
    for (size_t r = 0; r < mr; r++)
        for (size_t j = 0; j < NR; j++)
            ((int32_t *)(t->c + r * t->c_stride))[j] = nonzero[j] - 2 * (int32_t)minus[r][j];
}
#endif
TILE_PAIR(tile)

static void run(const struct gemm_args *g) {
    pair_run(&tile_pair, g, g->a, g->a_stride, trits_panel_bytes(bits_row_bytes(g->k), NR, 8));
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return trits_bytes(n, bits_row_bytes(k), NR, 8);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    trits_pack(rhs, w, bits_row_bytes(w->k), NR, 8, TRITS_NONZERO);
}
#endif
