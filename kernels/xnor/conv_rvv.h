/* xnor_conv_w1a1 by vectors without a count of bits in lanes: a register of bits is a mask, and vcpop.m counts a mask.
 * A line of taps is one run of bits for every pixel; 4 x 4 pairs share the loads of a piece of it. */
#ifndef XNOR_CONV_RVV_H
#define XNOR_CONV_RVV_H
#include "conv_form.h"
#include <riscv_vector.h>
#if !defined(__riscv_v)
#error "compile this file with the flags of its token in isa.def"
#endif

enum { MR = 4, NR = 4 };

/* Bits of a piece of a line, at most a register. */
static inline size_t piece_of(size_t words, size_t most) {
    return __riscv_vsetvl_e8m8(64 * words < most ? 64 * words : most);
}

#define COUNT(r, j) sum[r][j] += __riscv_vcpop_m_b1(__riscv_vmxor_mm_b1(a##r, b, vl), vl)
#define COLUMN(j)                                                                                                      \
    do {                                                                                                               \
        vbool1_t b = __riscv_vlm_v_b1((const uint8_t *)(panel + (j) * line_words), vl);                                \
        COUNT(0, j);                                                                                                   \
        if (mr > 1) {                                                                                                  \
            COUNT(1, j);                                                                                               \
            COUNT(2, j);                                                                                               \
            COUNT(3, j);                                                                                               \
        }                                                                                                              \
    } while (0)
#define MASK(r) __riscv_vlm_v_b1(t->at[first + (mr > 1 ? (r) : 0)] + at, vl)

TILE_INLINE masks_tile(const struct conv_tiles *t, size_t first, size_t mr) {
    const size_t line_words = t->words, most = __riscv_vsetvlmax_e8m8();
    const uint64_t *line = (const uint64_t *)t->panel;
    unsigned long sum[MR][NR] = {{0}};
    for (size_t y = 0; y < t->lines; y++, line += NR * line_words) {
        const uint64_t *panel = line;
        for (size_t i = 0, vl; i < line_words; i += vl / 64, panel += vl / 64) {
            size_t at = y * t->line_bytes + 8 * i;
            vl = piece_of(line_words - i, most);
            vbool1_t a0 = MASK(0), a1 = MASK(1), a2 = MASK(2), a3 = MASK(3);
            COLUMN(0);
            COLUMN(1);
            COLUMN(2);
            COLUMN(3);
        }
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++) {
        const int32_t *start = t->starts[first + r] + t->column;
        int32_t *sums = t->sums + (first + r) * t->sums_stride;
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NR; j++)
            sums[j] = (int32_t)((uint32_t)start[j] - 2 * (uint32_t)sum[r][j]);
    }
}
TILES_CONV(masks_tile, MR)

/* [line][column][word] */
static void masks_pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines,
                       size_t words) {
    for (size_t o = 0; o < n; o += NR)
        for (size_t y = 0; y < lines; y++)
            for (size_t j = 0; j < NR; j++, panels += 8 * words) {
                const uint8_t *row = (const uint8_t *)w->b + (first + o + j) * w->b_stride;
                if (o + j < n)
                    memcpy(panels, row + y * 8 * words, 8 * words);
                else
                    memset(panels, 0, 8 * words);
            }
}

static const struct conv_form masks_form = {.nr = NR, .word_bytes = 8, .max_words = SIZE_MAX, .pack = masks_pack,
                                            .tiles = masks_tile_all, .finish_pixel = xnor_conv_finish};
TILES_KERNEL(masks_form)
#endif
