/* xnor_conv_w1a1 by CNT on aarch64: lanes run along K, and the sum over a vector's lanes costs nothing extra: pairwise
 * adds bring the counts of 8 channels together in one vector, 2 bytes a channel, at the price of the plain adds. So
 * 32 eor + 32 cnt + 28 addp + 4 uadalp do 4 pixels x 8 channels x 128 bits: 3 operations for 128 bits.
 *
 * A line of taps with an odd number of words ends in half a vector: there two channels share one, and the first of
 * the three pairwise adds falls away. */
#ifndef XNOR_CONV_ADDP_H
#define XNOR_CONV_ADDP_H
#include "conv_form.h"
#include <arm_neon.h>

#pragma STDC FP_CONTRACT OFF

enum { MR = 8, NR = 8 };
/* 16 bits take 511 vectors' counts of at most 128. */
enum { MAX_WORDS = 1022 };

/* Keeps the order of the statements with this: pixel after pixel. Left free, the compiler mixes all and spills. */
#define IN_TURN(vector) __asm__ volatile("" : "+w"(vector))

static inline uint8x16_t count(uint8x16_t a, uint8x16_t b) { return vcntq_u8(veorq_u8(a, b)); }

TILE_INLINE add_vectors(uint16x8_t *sum, uint8x16_t a, const uint8x16_t b[8]) {
    uint8x16_t low = vpaddq_u8(vpaddq_u8(count(a, b[0]), count(a, b[1])), vpaddq_u8(count(a, b[2]), count(a, b[3])));
    uint8x16_t high = vpaddq_u8(vpaddq_u8(count(a, b[4]), count(a, b[5])), vpaddq_u8(count(a, b[6]), count(a, b[7])));
    *sum = vpadalq_u8(*sum, vpaddq_u8(low, high));
}

TILE_INLINE add_halves(uint16x8_t *sum, uint8x16_t a, const uint8x16_t b[4]) {
    uint8x16_t low = vpaddq_u8(count(a, b[0]), count(a, b[1])), high = vpaddq_u8(count(a, b[2]), count(a, b[3]));
    *sum = vpadalq_u8(*sum, vpaddq_u8(low, high));
}

/* Bits that differ, of every pixel and channel of the tile. */
TILE_INLINE differences(const struct conv_tiles *t, size_t first, size_t mr, uint16x8_t sums[MR]) {
    const uint8_t *a[MR], *panel = t->panel;
    uint8x16_t b[NR];
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++)
        a[r] = t->at[first + r], sums[r] = vdupq_n_u16(0);
    size_t i = 0, bytes = 8 * t->words, skip = t->line_bytes - bytes;
    for (size_t line = 0; line < t->lines; line++, i += skip) {
        for (size_t end = i + bytes / 16 * 16; i < end; i += 16, panel += 128) {
#pragma clang loop unroll(full)
            for (size_t j = 0; j < 8; j++)
                b[j] = vld1q_u8(panel + 16 * j);
            uint8x16_t pixel = vld1q_u8(a[0] + i);
#pragma clang loop unroll(full)
            for (size_t r = 0; r < mr; r++) {
                /* the next load runs under the sums of this pixel, nothing else does */
                uint8x16_t next = r + 1 < mr ? vld1q_u8(a[r + 1] + i) : pixel;
                __asm__ volatile("" : "+w"(next), "+w"(pixel));
                add_vectors(&sums[r], pixel, b);
                IN_TURN(sums[r]);
                IN_TURN(next);
                pixel = next;
            }
        }
        if (bytes % 16 == 0)
            continue;
#pragma clang loop unroll(full)
        for (size_t j = 0; j < 4; j++)
            b[j] = vld1q_u8(panel + 16 * j);
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            add_halves(&sums[r], vreinterpretq_u8_u64(vld1q_dup_u64((const uint64_t *)(const void *)(a[r] + i))), b);
        i += 8, panel += 64;
    }
}

/* Signs of 8 pixels x 8 channels, a byte a pixel: compared as counts, so the sums themselves are never made. */
TILE_INLINE put_bits(const struct conv_tiles *t, size_t first, size_t mr, const uint16x8_t sums[MR]) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const struct conv_args *g = t->args;
    const uint16_t *limits = (const uint16_t *)t->limits + t->column;
    uint16x8_t limit = vld1q_u16(limits), over[MR];
    if (g->border == BORDER_ZERO)
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            over[r] = vcgeq_u16(sums[r], vld1q_u16(limits + (t->starts[first + r] - t->starts_base)));
    else
#pragma clang loop unroll(full)
        for (size_t r = 0; r < mr; r++)
            over[r] = vcgeq_u16(sums[r], limit);
    for (size_t r = mr; r < MR; r++)
        over[r] = over[0];
    uint8x16_t pairs[MR / 2], weight = vld1q_u8(weights);
#pragma clang loop unroll(full)
    for (size_t r = 0; r < MR; r += 2)
        pairs[r / 2] = vandq_u8(weight, vuzp1q_u8(vreinterpretq_u8_u16(over[r]), vreinterpretq_u8_u16(over[r + 1])));
    uint8x16_t bytes = vpaddq_u8(vpaddq_u8(pairs[0], pairs[1]), vpaddq_u8(pairs[2], pairs[3]));
    bytes = veorq_u8(vpaddq_u8(bytes, bytes), vdupq_n_u8(((const uint8_t *)g->flip)[t->column / 8]));
    const size_t stride = g->bits_stride; /* the stores might change it otherwise */
    uint8_t *to = (uint8_t *)g->bits + (t->pixel + first) * stride + t->column / 8;
    vst1q_lane_u8(to, bytes, 0);
    if (mr == 1)
        return;
    vst1q_lane_u8(to += stride, bytes, 1);
    vst1q_lane_u8(to += stride, bytes, 2);
    vst1q_lane_u8(to += stride, bytes, 3);
    vst1q_lane_u8(to += stride, bytes, 4);
    vst1q_lane_u8(to += stride, bytes, 5);
    vst1q_lane_u8(to += stride, bytes, 6);
    vst1q_lane_u8(to += stride, bytes, 7);
}

TILE_INLINE tile(const struct conv_tiles *t, size_t first, size_t mr) {
    uint16x8_t differ[MR];
    differences(t, first, mr, differ);
    if (!t->sums) {
        put_bits(t, first, mr, differ);
        return;
    }
#pragma clang loop unroll(full)
    for (size_t r = 0; r < mr; r++) {
        const int32_t *start = t->starts[first + r] + t->column;
        int32_t *sums = t->sums + (first + r) * t->sums_stride;
        int32x4_t low = vreinterpretq_s32_u32(vshll_n_u16(vget_low_u16(differ[r]), 1));
        int32x4_t high = vreinterpretq_s32_u32(vshll_high_n_u16(differ[r], 1));
        vst1q_s32(sums, vsubq_s32(vld1q_s32(start), low));
        vst1q_s32(sums + 4, vsubq_s32(vld1q_s32(start + 4), high));
    }
}
TILES_CONV(tile, MR)

/* Bytes of the last word of bits beyond the last channel. */
static void clear_rest(const struct conv_args *g, size_t pixel, size_t column, size_t rows) {
    size_t end = column / 8 + 1;
    if (column + NR < g->shape.n || end % 8 == 0)
        return;
    for (uint8_t *bits = (uint8_t *)g->bits + pixel * g->bits_stride + end; rows-- > 0; bits += g->bits_stride)
        memset(bits, 0, 8 - end % 8);
}

static void tiles(const struct conv_tiles *t, size_t pixels) {
    tile_all(t, pixels);
    if (!t->sums)
        clear_rest(t->args, t->pixel, t->column, pixels);
}

static inline float32x4_t scaled(const int32_t *sums, float32x4_t scale, float32x4_t bias) {
    return vaddq_f32(vmulq_f32(vcvtq_f32_s32(vld1q_s32(sums)), scale), bias);
}

static void strip_floats(const struct conv_args *g, size_t pixel, size_t column, const int32_t *sums, size_t rows) {
    static const uint16_t weights[8] = {1, 2, 4, 8, 16, 32, 64, 128};
    const float *scale = g->scale + column, *bias = g->bias + column;
    float32x4_t s0 = vld1q_f32(scale), s1 = vld1q_f32(scale + 4), b0 = vld1q_f32(bias), b1 = vld1q_f32(bias + 4);
    for (size_t r = pixel; r < pixel + rows; r++, sums += NR) {
        float32x4_t y0 = scaled(sums, s0, b0), y1 = scaled(sums + 4, s1, b1);
        if (g->shortcut) {
            const float *shortcut = (const float *)((const uint8_t *)g->shortcut + r * g->shortcut_stride) + column;
            y0 = vaddq_f32(y0, vld1q_f32(shortcut)), y1 = vaddq_f32(y1, vld1q_f32(shortcut + 4));
        }
        float *out = (float *)((uint8_t *)g->out + r * g->out_stride) + column;
        vst1q_f32(out, y0), vst1q_f32(out + 4, y1);
        if (g->epilogue == EPILOGUE_FLOAT_BITS) {
            uint32x4_t below0 = vcltzq_f32(y0), below1 = vcltzq_f32(y1);
            uint16x8_t below = vuzp1q_u16(vreinterpretq_u16_u32(below0), vreinterpretq_u16_u32(below1));
            uint8_t *bits = (uint8_t *)g->bits + r * g->bits_stride + column / 8;
            *bits = (uint8_t)vaddvq_u16(vandq_u16(below, vld1q_u16(weights)));
        }
    }
}

static void finish_strip(const struct conv_args *g, size_t pixel, size_t column, const int32_t *sums, size_t rows) {
    if (g->epilogue == EPILOGUE_SUMS) {
        for (size_t r = 0; r < rows; r++)
            memcpy((uint8_t *)g->out + (pixel + r) * g->out_stride + 4 * column, sums + r * NR, 4 * NR);
        return;
    }
    strip_floats(g, pixel, column, sums, rows);
    if (g->epilogue == EPILOGUE_FLOAT_BITS)
        clear_rest(g, pixel, column, rows);
}

/* start - 2 * differ < threshold, as a limit from which on differ makes it so. */
static void prepare(void *limits, const struct conv_args *g, const int32_t *starts, size_t rows, size_t stride) {
    for (size_t row = 0; row < rows; row++)
        for (size_t o = 0; o < g->shape.n; o++) {
            int64_t limit = (((int64_t)starts[row * stride + o] - g->threshold[o]) >> 1) + 1;
            limit = limit < 0 ? 0 : limit > UINT16_MAX ? UINT16_MAX : limit;
            ((uint16_t *)limits)[row * stride + o] = (uint16_t)limit;
        }
}

/* Per line of taps pairs of words of 8 channels, then the odd word of all. */
static void pack(uint8_t *panels, const struct conv_weights *w, size_t first, size_t n, size_t lines, size_t words) {
    for (size_t o = 0; o < n; o += NR)
        for (size_t line = 0; line < lines; line++)
            for (size_t i = 0, size; i < words; i += size) {
                size = i + 1 < words ? 2 : 1;
                for (size_t lane = 0; lane < NR; lane++, panels += 8 * size) {
                    const uint8_t *row = (const uint8_t *)w->b + (first + o + lane) * w->b_stride;
                    memset(panels, 0, 8 * size);
                    if (o + lane < n)
                        memcpy(panels, row + 8 * (line * words + i), 8 * size);
                }
            }
}

static const struct conv_form addp_form = {.nr = NR, .word_bytes = 8, .max_words = MAX_WORDS, .pack = pack, .tiles = tiles,
                                      .finish_pixel = xnor_conv_finish, .finish = finish_strip, .multiple = NR, .ends = 1u << EPILOGUE_BITS,
                                      .limit_bytes = 2, .prepare = prepare};
#endif
