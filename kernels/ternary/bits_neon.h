/* terna1 by BSL, CNT, ADD: a bit of A selects between the planes of +1 and of -1, and what it selects is where the
 * product is -1. Lanes run along N, 8 bits of K each. Expects MR and NV. */
#ifndef TERNARY_BITS_NEON_H
#define TERNARY_BITS_NEON_H
#include "../pack/walk.h"
#include "../pack/trits.h"
#include <arm_neon.h>
#include <stdbool.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

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
    const uint8_t *panel = t->panel + 4 * NR + begin * 2 * NR;
    for (size_t i = begin; i < end; i++, panel += 2 * NR) {
        uint8x16_t plus[NV], minus[NV];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++) {
            plus[j] = vld1q_u8(panel + 16 * j);
            minus[j] = vld1q_u8(panel + NR + 16 * j);
        }
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            uint8x16_t a = vld1q_dup_u8(t->a + r * t->a_stride + i);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] = vaddq_u8(sum[r][j], vcntq_u8(vbslq_u8(a, plus[j], minus[j])));
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

/* 8 columns of C: start - 2 * minus, where start is the non-zero weights at first and what C holds after that. */
static inline void store8(int32_t *c, uint16x8_t minus, const int32_t *start) {
    int32x4_t low = vld1q_s32(start), high = vld1q_s32(start + 4);
    vst1q_s32(c, vsubq_s32(low, vreinterpretq_s32_u32(vshll_n_u16(vget_low_u16(minus), 1))));
    vst1q_s32(c + 4, vsubq_s32(high, vreinterpretq_s32_u32(vshll_n_u16(vget_high_u16(minus), 1))));
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    size_t count = (t->k + 7) / 8;
    const int32_t *nonzero = (const int32_t *)t->panel;
    for (size_t i = 0; i < count;) {
        uint16x8_t wide[MR][NV][2];
        bool first = i == 0;
        memset(wide, 0, sizeof wide);
        for (size_t rounds = 0; rounds < ROUNDS && i < count; rounds++) {
            size_t end = i + ROUND < count ? i + ROUND : count;
            round_of(t, mr, i, end, wide);
            i = end;
        }
        for (size_t r = 0; r < mr; r++)
            for (size_t j = 0; j < 2 * NV; j++) {
                int32_t *c = (int32_t *)(t->c + r * t->c_stride) + 8 * j;
                store8(c, wide[r][j / 2][j % 2], first ? nonzero + 8 * j : c);
            }
    }
}
TILE_PAIR(tile)

static size_t row_bytes(size_t k) { return (k + 7) / 8; }

static void run(const struct gemm_args *g) {
    pair_run(&tile_pair, g, g->a, g->a_stride, trits_panel_bytes(row_bytes(g->k), NR, 1));
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return trits_bytes(n, row_bytes(k), NR, 1);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    trits_pack(rhs, w, row_bytes(w->k), NR, 1, TRITS_PLUS);
}
#endif
