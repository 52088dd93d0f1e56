/* xnor_conv_w1a1 by VCNT on 32-bit ARM, whose pairwise adds are half as wide: eor, cnt, add = 3 vector operations for
 * 128 bits and no horizontal sum at all.
 *
 * Lanes run along N, 8 bits of K each; A enters as one byte copied to all lanes by the load itself. Byte sums go into
 * 16-bit ones before they can overflow. */
#ifndef XNOR_CONV_BYTES_H
#define XNOR_CONV_BYTES_H
#include "conv_finish.h"
#include "conv_form.h"
#include <arm_neon.h>

enum { MR = 4, NV = 2, NR = 16 * NV }; /* 8 sums of 16 registers */
/* A byte takes 31 counts of at most 8: 3 words. 16 bits take more than MAX_WORDS. */
enum { ROUND = 24, MAX_WORDS = 1022 };

/* Up to 3 words of a line of taps. */
TILE_INLINE round_of(const uint8_t *const a[MR], size_t mr, const uint8_t *panel, size_t begin, size_t end,
                     uint16x8_t wide[MR][NV][2]) {
    uint8x16_t sum[MR][NV];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            sum[r][j] = vdupq_n_u8(0);
    for (size_t i = begin; i < end; i++, panel += NR) {
        uint8x16_t b[NV];
#pragma clang loop unroll(full)
        for (size_t j = 0; j < NV; j++)
            b[j] = vld1q_u8(panel + 16 * j);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++) {
            uint8x16_t pixel = vld1q_dup_u8(a[r] + i);
#pragma clang loop unroll(full)
            for (size_t j = 0; j < NV; j++)
                sum[r][j] = vaddq_u8(sum[r][j], vcntq_u8(veorq_u8(pixel, b[j])));
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

TILE_INLINE tile(const struct conv_tiles *t, size_t first, size_t mr) {
    uint16x8_t wide[MR][NV][2];
    const uint8_t *a[MR], *panel = t->panel;
    memset(wide, 0, sizeof wide);
    for (size_t r = 0; r < mr; r++)
        a[r] = t->at[first + r];
    size_t bytes = 8 * t->words;
    for (size_t line = 0, i = 0; line < t->lines; line++, i += t->line_bytes)
        for (size_t at = 0, end; at < bytes; at = end) {
            end = at + ROUND < bytes ? at + ROUND : bytes;
            round_of(a, mr, panel, i + at, i + end, wide);
            panel += (end - at) * NR;
        }
    for (size_t r = 0; r < mr; r++)
        for (size_t j = 0; j < 2 * NV; j++) {
            const int32_t *start = t->starts[first + r] + t->column + 8 * j;
            int32_t *sums = t->sums + (first + r) * t->sums_stride + 8 * j;
            uint16x8_t differ = wide[r][j / 2][j % 2];
            int32x4_t low = vreinterpretq_s32_u32(vshll_n_u16(vget_low_u16(differ), 1));
            int32x4_t high = vreinterpretq_s32_u32(vshll_n_u16(vget_high_u16(differ), 1));
            vst1q_s32(sums, vsubq_s32(vld1q_s32(start), low));
            vst1q_s32(sums + 4, vsubq_s32(vld1q_s32(start + 4), high));
        }
}
TILES_CONV(tile, MR)

static void pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines, size_t words) {
    panel_pack(panels, (const uint8_t *)w->b + first * w->b_stride, w->b_stride, n, lines * words * 8, NR, 1);
}

static const struct conv_form form = {
    .nr = NR, .word_bytes = 8, .max_words = MAX_WORDS, .pack = pack, .tiles = tile_all, .finish_pixel = conv_finish};
TILES_KERNEL(form)
#endif
