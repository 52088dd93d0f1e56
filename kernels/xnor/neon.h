/* xnor_gemm_w1a1 and xnor_gemv_w1a1 by CNT on aarch64: eor, cnt, add = 3 vector operations for 128 bits and no
 * horizontal sum at all.
 *
 * Lanes run along N, 8 bits of K each; A enters as one byte copied to all lanes by the load itself. Byte sums go
 * into 16-bit ones before they can overflow, those into C for very long K. */
#ifndef XNOR_NEON_H
#define XNOR_NEON_H
#include "../pack/panel.h"
#include "rows.h"
#include <arm_neon.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = ROWS(4), NV = 4 }; /* 16 sums of 32 registers */
enum { NR = 16 * NV };
/* A byte takes 31 counts of at most 8; 16 bits then take 264 such rounds. */
enum { ROUND = 31, ROUNDS = 264 };

TILE_INLINE round_of(const struct tile *t, size_t mr, size_t begin, size_t end, uint16x8_t wide[MR][NV][2]) {
    uint8x16_t sum[MR][NV];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vdupq_n_u8(0);
    const uint8_t *panel = t->panel + begin * NR, *a_of[MR];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
        a_of[r] = t->a + r * t->a_stride + begin;
    for (const uint8_t *last = t->panel + end * NR; panel < last; panel += NR) {
        uint8x16_t b[NV];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            b[j] = vld1q_u8(panel + 16 * j);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            uint8x16_t a = vld1q_dup_u8(a_of[r]++);
            /* else the compiler keeps one pointer and adds its way to the others, an instruction for each */
            __asm__("" : "+r"(a_of[r]));
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] = vaddq_u8(sum[r][j], vcntq_u8(veorq_u8(a, b[j])));
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            wide[r][j][0] = vaddw_u8(wide[r][j][0], vget_low_u8(sum[r][j]));
            wide[r][j][1] = vaddw_u8(wide[r][j][1], vget_high_u8(sum[r][j]));
        }
}

/* 8 columns of C: start - 2 * differ, where start is K at first and what C holds after that. */
static inline void store8(int32_t *c, uint16x8_t differ, const int32_t *k) {
    int32x4_t low = k ? vdupq_n_s32(*k) : vld1q_s32(c), high = k ? low : vld1q_s32(c + 4);
    vst1q_s32(c, vsubq_s32(low, vreinterpretq_s32_u32(vshll_n_u16(vget_low_u16(differ), 1))));
    vst1q_s32(c + 4, vsubq_s32(high, vreinterpretq_s32_u32(vshll_n_u16(vget_high_u16(differ), 1))));
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t count = (t->k + 7) / 8;
    int32_t k = (int32_t)t->k;
    for (size_t i = 0; i < count;) {
        uint16x8_t wide[MR][NV][2];
        const int32_t *start = i == 0 ? &k : NULL;
        memset(wide, 0, sizeof wide);
        for (size_t rounds = 0; rounds < ROUNDS && i < count; rounds++) {
            size_t end = i + ROUND < count ? i + ROUND : count;
            round_of(t, mr, i, end, wide);
            i = end;
        }
        for (size_t r = 0; r < mr; r++)
            for (size_t j = 0; j < 2 * NV; j++)
                store8((int32_t *)(t->c + r * t->c_stride) + 8 * j, wide[r][j / 2][j % 2], start);
    }
}
TILES(4, tile)

static size_t row_bytes(size_t k) { return (k + 7) / 8; }

static void run(const struct gemm_args *g) {
    tiles_run(g, g->a, g->a_stride, MR, NR, panel_bytes(row_bytes(g->k), NR, 1), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, row_bytes(k), NR, 1);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, row_bytes(w->k), NR, 1);
}
#endif
