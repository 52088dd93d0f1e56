/* What both oracles share, one value at a time: a bit of the map, borders included, and what becomes of a sum. */
#ifndef XNOR_CONV_PLAIN_H
#define XNOR_CONV_PLAIN_H
#include "../include/kernel.h"
#include "../pack/panel.h"
#include <stdbool.h>

#pragma STDC FP_CONTRACT OFF

static inline bool plain_inside(const struct conv_shape *s, ptrdiff_t y, ptrdiff_t x) {
    return y >= 0 && x >= 0 && (size_t)y < s->h && (size_t)x < s->w;
}

static inline size_t plain_clamp(ptrdiff_t at, size_t side) {
    return at < 0 ? 0 : (size_t)at >= side ? side - 1 : (size_t)at;
}

/* `count` bits of a row, from bit `first` on, 1 <= count <= 64. */
static inline uint64_t plain_bits(const uint64_t *row, size_t first, size_t count) {
    uint64_t bits = row[first / 64] >> first % 64;
    if (first % 64 + count > 64)
        bits |= row[first / 64 + 1] << (64 - first % 64);
    return count < 64 ? bits & (((uint64_t)1 << count) - 1) : bits;
}

/* Channels first .. first + count of a pixel that may lie outside; BORDER_ZERO has no bit and is not asked for. */
static inline uint64_t plain_input(const struct conv_args *g, ptrdiff_t y, ptrdiff_t x, size_t first, size_t count) {
    const struct conv_shape *s = &g->shape;
    if (!plain_inside(s, y, x) && g->border != BORDER_REPLICATE)
        return g->border == BORDER_MINUS_ONE ? ~(uint64_t)0 >> (64 - count) : 0;
    size_t pixel = plain_clamp(y, s->h) * s->w + plain_clamp(x, s->w);
    return plain_bits((const uint64_t *)((const uint8_t *)g->input + pixel * g->input_stride), first, count);
}

static inline void plain_put_bit(const struct conv_args *g, size_t pixel, size_t o, bool bit) {
    uint64_t *row = (uint64_t *)((uint8_t *)g->bits + pixel * g->bits_stride);
    if (o % 64 == 0)
        row[o / 64] = 0;
    row[o / 64] |= (uint64_t)bit << o % 64;
}

/* Sums come in the order of their channels. */
static inline void plain_finish(const struct conv_args *g, size_t pixel, size_t o, int32_t sum) {
    void *out = (uint8_t *)g->out + pixel * g->out_stride;
    if (g->epilogue == EPILOGUE_SUMS) {
        ((int32_t *)out)[o] = sum;
    } else if (g->epilogue == EPILOGUE_BITS) {
        bool flip = g->flip[o / 64] >> o % 64 & 1;
        plain_put_bit(g, pixel, o, (sum < g->threshold[o]) != flip);
    } else {
        float y = (float)sum;
        y *= g->scale[o];
        y += g->bias[o];
        if (g->shortcut)
            y += ((const float *)((const uint8_t *)g->shortcut + pixel * g->shortcut_stride))[o];
        ((float *)out)[o] = y;
        if (g->epilogue == EPILOGUE_FLOAT_BITS)
            plain_put_bit(g, pixel, o, y < 0);
    }
}
#endif
