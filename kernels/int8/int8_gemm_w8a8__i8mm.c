/* int8_gemm_w8a8 by SMMLA: 2 rows of A times 2 columns of B over 8 of K, 32 products an operation.
 *
 * A vector of B holds 8 of K of two neighbouring columns, one of A the same of two rows; a sum holds
 * row 0 x (column 0, column 1), then row 1. */
#include "../pack/panel.h"
#include "../pack/tiles.h"
#include <arm_neon.h>
#if !defined(__ARM_FEATURE_MATMUL_INT8)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 8, NR = 8, PAIRS = NR / 2, GROUP = 8 };

/* 8 bytes of each of two rows; a row that is not there is the one before it once more. */
static inline int8x16_t two_rows(const uint8_t *a, const uint8_t *b) {
    return vcombine_s8(vld1_s8((const int8_t *)a), vld1_s8((const int8_t *)b));
}

static inline int8x16_t two_tails(const uint8_t *a, const uint8_t *b, size_t bytes) {
    int8_t rows[2][GROUP] = {{0}, {0}};
    memcpy(rows[0], a, bytes);
    memcpy(rows[1], b, bytes);
    return vld1q_s8(rows[0]);
}

TILE_INLINE step(int32x4_t sum[MR / 2][PAIRS], size_t pair, int8x16_t a, const int8_t *panel) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < PAIRS; j++)
        sum[pair][j] = vmmlaq_s32(sum[pair][j], a, vld1q_s8(panel + 16 * j));
}

TILE_INLINE put_rows(const struct tile *t, size_t row, size_t mr, const int32x4_t *sum) {
    int32_t *c = (int32_t *)(t->c + row * t->c_stride), *next = (int32_t *)(t->c + (row + 1) * t->c_stride);
#pragma clang loop unroll(full)
    for (size_t j = 0; j < PAIRS; j += 2) {
        vst1q_s32(c + 2 * j, vcombine_s32(vget_low_s32(sum[j]), vget_low_s32(sum[j + 1])));
        if (row + 1 < mr)
            vst1q_s32(next + 2 * j, vcombine_s32(vget_high_s32(sum[j]), vget_high_s32(sum[j + 1])));
    }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    int32x4_t sum[MR / 2][PAIRS];
    const int8_t *panel = (const int8_t *)t->panel;
#pragma clang loop unroll(full)
    for (size_t p = 0; 2 * p < mr; p++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < PAIRS; j++)
            sum[p][j] = vdupq_n_s32(0);
    size_t i = 0;
    for (; i + GROUP <= t->k; i += GROUP, panel += NR * GROUP)
#pragma clang loop unroll(full)
        for (size_t p = 0; 2 * p < mr; p++) {
            const uint8_t *a = t->a + 2 * p * t->a_stride + i;
            step(sum, p, two_rows(a, 2 * p + 1 < mr ? a + t->a_stride : a), panel);
        }
    if (i < t->k)
#pragma clang loop unroll(full)
        for (size_t p = 0; 2 * p < mr; p++) {
            const uint8_t *a = t->a + 2 * p * t->a_stride + i;
            step(sum, p, two_tails(a, 2 * p + 1 < mr ? a + t->a_stride : a, t->k - i), panel);
        }
#pragma clang loop unroll(full)
    for (size_t p = 0; 2 * p < mr; p++)
        put_rows(t, 2 * p, mr, sum[p]);
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

const struct gemm_kernel int8_gemm_w8a8__i8mm = {run, rhs_bytes, work_bytes, pack_rhs};
