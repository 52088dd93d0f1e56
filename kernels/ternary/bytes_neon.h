/* terna8 for base NEON: a product is at most 128, so 16-bit sums take 255 of them and SMLAL alone does a step, 8
 * products an operation. Lanes run along N. Expects MR and NV. */
#ifndef TERNARY_BYTES_NEON_H
#define TERNARY_BYTES_NEON_H
#include "../pack/walk.h"
#include "../pack/panel.h"
#include <arm_neon.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 16 * NV, ROUND = 255 };

TILE_INLINE round_of(const struct tile *t, size_t mr, size_t begin, size_t end, int16x8_t sum[MR][2 * NV]) {
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < 2 * NV; j++)
            sum[r][j] = vdupq_n_s16(0);
    const int8_t *b = (const int8_t *)t->panel + begin * NR;
    for (size_t i = begin; i < end; i++, b += NR) {
        int8x16_t w[NV];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            w[j] = vld1q_s8(b + 16 * j);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            int8x16_t a = vld1q_dup_s8((const int8_t *)t->a + r * t->a_stride + i);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++) {
                sum[r][2 * j] = vmlal_s8(sum[r][2 * j], vget_low_s8(w[j]), vget_low_s8(a));
                sum[r][2 * j + 1] = vmlal_s8(sum[r][2 * j + 1], vget_high_s8(w[j]), vget_high_s8(a));
            }
        }
    }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    for (size_t i = 0; i < t->k; i += ROUND) {
        int16x8_t sum[MR][2 * NV];
        round_of(t, mr, i, t->k - i < ROUND ? t->k : i + ROUND, sum);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
            for (size_t j = 0; j < 2 * NV; j++) {
                int32_t *c = (int32_t *)(t->c + r * t->c_stride) + 8 * j;
                int32x4_t low = i ? vld1q_s32(c) : vdupq_n_s32(0), high = i ? vld1q_s32(c + 4) : low;
                vst1q_s32(c, vaddw_s16(low, vget_low_s16(sum[r][j])));
                vst1q_s32(c + 4, vaddw_s16(high, vget_high_s16(sum[r][j])));
            }
    }
}
TILE_PAIR(tile)

static void run(const struct gemm_args *g) {
    pair_run(&tile_pair, g, g->a, g->a_stride, panel_bytes(g->k, NR, 1));
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, k, NR, 1);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, w->k, NR, 1);
}
#endif
