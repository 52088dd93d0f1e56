/* xnor_gemm_w1a1 and xnor_gemv_w1a1 by VCNT on 32-bit ARM. Sums of 16 bits go into C for very long K. */
#ifndef XNOR_NEON_ARM_H
#define XNOR_NEON_ARM_H
#include "counts_arm.h"
#include "rows.h"
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = ROWS(2), NR = COUNTS_NR, MAX_WORDS = 1023 };

/* 8 columns of C: start - 2 * differ, where start is K at first and what C holds after that. */
static inline void store8(int32_t *c, uint16x8_t differ, const int32_t *k) {
    int32x4_t low = k ? vdupq_n_s32(*k) : vld1q_s32(c), high = k ? low : vld1q_s32(c + 4);
    vst1q_s32(c, vsubq_s32(low, vreinterpretq_s32_u32(vshll_n_u16(vget_low_u16(differ), 1))));
    vst1q_s32(c + 4, vsubq_s32(high, vreinterpretq_s32_u32(vshll_n_u16(vget_high_u16(differ), 1))));
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t all = bits_row_bytes(t->k) / 8;
    int32_t k = (int32_t)t->k;
    for (size_t i = 0, words; i < all; i += words) {
        words = all - i < MAX_WORDS ? all - i : MAX_WORDS;
        const uint8_t *a[COUNTS_MR] = {t->a + 8 * i, t->a + (mr - 1) * t->a_stride + 8 * i};
        uint16x8_t differ[COUNTS_MR * COUNTS_NV];
        counts_of(differ, mr, a, t->panel + 8 * i * NR, 1, words, 0);
        for (size_t r = 0; r < mr; r++)
            for (size_t j = 0; j < COUNTS_NV; j++)
                store8((int32_t *)(t->c + r * t->c_stride) + 8 * j, differ[r * COUNTS_NV + j], i == 0 ? &k : NULL);
    }
}
TILES(2, tile)

static void run(const struct gemm_args *g) {
    tiles_run(g, g->a, g->a_stride, MR, NR, panel_bytes(bits_row_bytes(g->k), NR, COUNTS_GROUP), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, bits_row_bytes(k), NR, COUNTS_GROUP);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, bits_row_bytes(w->k), NR, COUNTS_GROUP);
}
#endif
