/* xnor_conv_w1a1 by VCNT on 32-bit ARM, whose pairwise adds are half as wide: columns side by side instead. */
#ifndef XNOR_CONV_BYTES_H
#define XNOR_CONV_BYTES_H
#include "conv_finish.h"
#include "conv_form.h"
#include "counts_arm.h"

enum { MAX_WORDS = 1022 }; /* 16 bits take more */

/* Signs of a pixel: compared as counts, so the sums themselves are never made. */
TILE_INLINE put_bits(const struct conv_tiles *t, size_t row, const uint16x8_t differ[COUNTS_NV]) {
    const struct conv_args *g = t->args;
    const uint16_t *limits = (const uint16_t *)t->limits + (t->starts[row] - t->starts_base) + t->column;
    const uint8x16_t weights = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201u));
    uint8x8_t pairs[COUNTS_NV / 2];
#pragma clang loop unroll(full)
    for (size_t j = 0; j < COUNTS_NV; j += 2) {
        uint8x8_t low = vmovn_u16(vcgeq_u16(differ[j], vld1q_u16(limits + 8 * j)));
        uint8x8_t high = vmovn_u16(vcgeq_u16(differ[j + 1], vld1q_u16(limits + 8 * j + 8)));
        uint8x16_t bits = vandq_u8(vcombine_u8(low, high), weights);
        pairs[j / 2] = vpadd_u8(vget_low_u8(bits), vget_high_u8(bits));
    }
    uint8x8_t bytes = vpadd_u8(pairs[0], pairs[1]);
    uint32x2_t word = vreinterpret_u32_u8(vpadd_u8(bytes, bytes));
    word = veor_u32(word, vld1_dup_u32((const uint32_t *)(const void *)g->flip + t->column / 32));
    uint8_t *to = (uint8_t *)g->bits + (t->pixel + row) * g->bits_stride + t->column / 8;
    vst1_lane_u32((uint32_t *)(void *)to, word, 0);
}

static void put_sums(const struct conv_tiles *t, size_t row, const uint16x8_t differ[COUNTS_NV]) {
    const int32_t *start = t->starts[row] + t->column;
    int32_t *sums = t->sums + row * t->sums_stride;
    for (size_t j = 0; j < COUNTS_NV; j++, start += 8, sums += 8) {
        int32x4_t low = vreinterpretq_s32_u32(vshll_n_u16(vget_low_u16(differ[j]), 1));
        int32x4_t high = vreinterpretq_s32_u32(vshll_n_u16(vget_high_u16(differ[j]), 1));
        vst1q_s32(sums, vsubq_s32(vld1q_s32(start), low));
        vst1q_s32(sums + 4, vsubq_s32(vld1q_s32(start + 4), high));
    }
}

TILE_INLINE tile(const struct conv_tiles *t, size_t first, size_t mr) {
    uint16x8_t differ[COUNTS_MR * COUNTS_NV];
    counts_of(differ, mr, t->at + first, t->panel, t->lines, t->words, t->line_bytes - 8 * t->words);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
        if (t->sums)
            put_sums(t, first + r, differ + r * COUNTS_NV);
        else
            put_bits(t, first + r, differ + r * COUNTS_NV);
}
TILES_CONV(tile, COUNTS_MR)

/* The upper half of the last word of bits. */
static void clear_rest(const struct conv_args *g, size_t pixel, size_t rows) {
    uint8_t *bits = (uint8_t *)g->bits + pixel * g->bits_stride + g->shape.n / 8;
    for (; rows-- > 0; bits += g->bits_stride)
        memset(bits, 0, 4);
}

static void tiles(const struct conv_tiles *t, size_t pixels) {
    tile_all(t, pixels);
    if (!t->sums && t->column + COUNTS_NR == t->args->shape.n && t->args->shape.n % 64 != 0)
        clear_rest(t->args, t->pixel, pixels);
}

/* start - 2 * differ < threshold, as a limit from which on differ makes it so. */
static void prepare(void *limits, const struct conv_args *g, const int32_t *starts, size_t rows, size_t stride) {
    for (size_t row = 0; row < rows; row++)
        for (size_t o = 0; o < g->shape.n; o++) {
            int32_t threshold = g->threshold[o] < -UINT16_MAX ? -UINT16_MAX : g->threshold[o];
            int32_t limit = ((starts[row * stride + o] - (threshold < 1 << 17 ? threshold : 1 << 17)) >> 1) + 1;
            limit = limit < 0 ? 0 : limit > UINT16_MAX ? UINT16_MAX : limit;
            ((uint16_t *)limits)[row * stride + o] = (uint16_t)limit;
        }
}

static void pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines, size_t words) {
    const uint8_t *b = (const uint8_t *)w->b + first * w->b_stride;
    panel_pack(panels, b, w->b_stride, n, lines * words * 8, COUNTS_NR, COUNTS_GROUP);
}

static const struct conv_form form = {.nr = COUNTS_NR, .word_bytes = 8, .max_words = MAX_WORDS, .pack = pack,
                                      .tiles = tiles, .finish_pixel = conv_finish, .multiple = COUNTS_NR,
                                      .ends = 1u << EPILOGUE_BITS, .limit_bytes = 2, .prepare = prepare};
TILES_KERNEL(form)
#endif
