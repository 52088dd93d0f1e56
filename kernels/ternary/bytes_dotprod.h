/* terna8 by SDOT: 16 products an operation; nothing that weights of -1, 0 and 1 allow comes near it. Expects MR and NV. */
#ifndef TERNARY_BYTES_DOTPROD_H
#define TERNARY_BYTES_DOTPROD_H
#include "../pack/walk.h"
#include "../pack/panel.h"
#include <arm_neon.h>
#if !defined(__ARM_FEATURE_DOTPROD)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { NR = 4 * NV, GROUP = 4 };

TILE_INLINE step(int32x4_t sum[MR][NV], size_t r, uint32_t a4, const int8_t *panel) {
    int8x16_t a = vreinterpretq_s8_u32(vdupq_n_u32(a4));
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++)
        sum[r][j] = vdotq_s32(sum[r][j], vld1q_s8(panel + 16 * j), a);
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    int32x4_t sum[MR][NV];
    const int8_t *panel = (const int8_t *)t->panel;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vdupq_n_s32(0);
    size_t i = 0;
    for (; i + GROUP <= t->k; i += GROUP, panel += NR * GROUP)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            step(sum, r, load_u32(t->a + r * t->a_stride + i), panel);
    if (i < t->k)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            step(sum, r, load_u32_tail(t->a + r * t->a_stride + i, t->k - i), panel);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            vst1q_s32((int32_t *)(t->c + r * t->c_stride) + 4 * j, sum[r][j]);
}
TILE_PAIR(tile)

static void run(const struct gemm_args *g) {
    pair_run(&tile_pair, g, g->a, g->a_stride, panel_bytes(g->k, NR, GROUP));
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, k, NR, GROUP);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static __attribute__((cold)) void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, w->k, NR, GROUP);
}
#endif
