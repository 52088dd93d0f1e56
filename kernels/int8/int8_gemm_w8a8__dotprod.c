/* int8_gemm_w8a8 by SDOT: 16 products an operation, signed by signed, nothing to compensate.
 *
 * 16 of K of every row are loaded at once and SDOT takes its four from a lane: copying four bytes to all lanes would
 * cost a slot of the very pipes that multiply. */
#include "../pack/panel.h"
#include "four.h"
#include <arm_neon.h>
#if !defined(__ARM_FEATURE_DOTPROD)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 8, NV = 2, NR = 4 * NV, GROUP = 4, WIDE = 16 };

/* Lane `lane` of each row with the group of B that belongs to it; the number must be a constant. */
#define STEP(lane)                                                                                                     \
    do {                                                                                                               \
        _Pragma("clang loop unroll(full)") for (size_t j = 0; j < NV; j++) {                                           \
            int8x16_t b = vld1q_s8(panel + (lane)*NR * GROUP + 16 * j);                                                \
            _Pragma("clang loop unroll(full)") for (size_t r = 0; r < mr; r++)                                         \
                sum[r][j] = vdotq_laneq_s32(sum[r][j], b, a[r], lane);                                                 \
        }                                                                                                              \
    } while (0)

TILE_INLINE tile(const struct tile *t, size_t mr) {
    int32x4_t sum[MR][NV];
    int8x16_t a[MR];
    const int8_t *panel = (const int8_t *)t->panel;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vdupq_n_s32(0);
    size_t i = 0;
    for (; i + WIDE <= t->k; i += WIDE, panel += NR * WIDE) {
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            a[r] = vld1q_s8((const int8_t *)t->a + r * t->a_stride + i);
        STEP(0);
        STEP(1);
        STEP(2);
        STEP(3);
    }
#pragma clang loop unroll(disable)
    for (; i < t->k; i += GROUP, panel += NR * GROUP) {
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            a[r] = vreinterpretq_s8_u32(vdupq_n_u32(up_to_four(t->a + r * t->a_stride + i, t->k - i)));
        STEP(0);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            vst1q_s32((int32_t *)(t->c + r * t->c_stride) + 4 * j, sum[r][j]);
}
TILES_8(tile)

static void run(const struct gemm_args *g) {
    tiles_run(g, g->a, g->a_stride, MR, NR, panel_bytes(g->k, NR, GROUP), tile_fns);
}

static size_t rhs_bytes(size_t m, size_t n, size_t k) {
    (void)m;
    return panels_bytes(n, k, NR, GROUP);
}

static size_t work_bytes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return 0;
}

static void pack_rhs(void *rhs, const struct gemm_weights *w) {
    panel_pack(rhs, w->b, w->b_stride, w->n, w->k, NR, GROUP);
}

const struct gemm_kernel int8_gemm_w8a8__dotprod = {run, rhs_bytes, work_bytes, pack_rhs};
