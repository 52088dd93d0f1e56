/* int8_gemm_w8a8 for base NEON: smull, smlal2, sadalp = 3 operations for 16 products.
 *
 * A vector of B holds 4 columns x 4 of K: k0 k1 of each column in its low half, k2 k3 in the high one. Two products
 * of at most 128 * 127 fit 16 bits, then pairs are added into the 32-bit sums of their column. */
#include "../pack/panel.h"
#include "four.h"
#include <arm_neon.h>
#if !defined(__ARM_NEON)
#error "compile this file with the flags of its token in isa.def"
#endif

#if defined(__aarch64__)
enum { MR = 4, NV = 4 }; /* 16 sums of 32 registers */
#else
enum { MR = 4, NV = 2 }; /* 8 sums of 16 registers */
#endif
enum { NR = 4 * NV, GROUP = 4 };

static inline uint16_t load_u16(const uint8_t *from) {
    uint16_t value;
    memcpy(&value, from, sizeof value);
    return value;
}

/* Two of K of one row, in all lanes. */
static inline int8x8_t two_of(uint16_t k) { return vreinterpret_s8_u16(vdup_n_u16(k)); }

/* All rows meet one vector of B, then the next: so one of B is held at a time and the sums stay where they are. */
TILE_INLINE step(int32x4_t sum[MR][NV], size_t mr, int8x8_t a[MR][2], const int8_t *panel) {
#pragma clang loop unroll(full)
    for (size_t j = 0; j < NV; j++) {
        int8x8_t b01 = vld1_s8(panel + 16 * j), b23 = vld1_s8(panel + 16 * j + 8);
        /* the compiler would begin all products at once and run out of registers */
#pragma clang loop unroll(full)
        for (size_t r = 0; j > 0 && r < mr; r++)
            __asm__("" : "+w"(b01), "+w"(b23) : "w"(sum[r][j - 1]));
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            sum[r][j] = vpadalq_s16(sum[r][j], vmlal_s8(vmull_s8(b01, a[r][0]), b23, a[r][1]));
    }
}

TILE_INLINE tile(const struct tile *t, size_t mr) {
    int32x4_t sum[MR][NV];
    int8x8_t a[MR][2];
    const int8_t *panel = (const int8_t *)t->panel;
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vdupq_n_s32(0);
    size_t i = 0;
    for (; i + GROUP <= t->k; i += GROUP, panel += NR * GROUP) {
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            /* two loads that fill all lanes, past the general registers */
            a[r][0] = two_of(load_u16(t->a + r * t->a_stride + i));
            a[r][1] = two_of(load_u16(t->a + r * t->a_stride + i + 2));
        }
        step(sum, mr, a, panel);
    }
    if (i < t->k) {
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            uint32_t rest = fewer_than_four(t->a + r * t->a_stride + i, t->k - i);
            a[r][0] = two_of((uint16_t)rest);
            a[r][1] = two_of((uint16_t)(rest >> 16));
        }
        step(sum, mr, a, panel);
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            vst1q_s32((int32_t *)(t->c + r * t->c_stride) + 4 * j, sum[r][j]);
}
TILES_4(tile)

static size_t bytes_of_panel(size_t k) { return panel_bytes(k, NR, GROUP); }

static void run(const struct gemm_args *g) {
    tiles_run(g, g->a, g->a_stride, MR, NR, bytes_of_panel(g->k), tile_fns);
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
    int8_t *out = rhs;
    memset(out, 0, rhs_bytes(0, w->n, w->k));
    for (size_t column = 0; column < w->n; column++) {
        const int8_t *row = (const int8_t *)w->b + column * w->b_stride;
        int8_t *vector = out + column / NR * bytes_of_panel(w->k) + column % NR / 4 * 16;
        for (size_t i = 0; i < w->k; i++)
            vector[i / GROUP * NR * GROUP + i % GROUP / 2 * 8 + column % 4 * 2 + i % 2] = row[i];
    }
}

const struct gemm_kernel int8_gemm_w8a8__neon = {run, rhs_bytes, work_bytes, pack_rhs};
