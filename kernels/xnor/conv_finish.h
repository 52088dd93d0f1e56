/* What becomes of the sums of one output pixel, in plain C. */
#ifndef XNOR_CONV_FINISH_H
#define XNOR_CONV_FINISH_H
#include "../include/kernel.h"
#include "../pack/tiles.h"

#pragma STDC FP_CONTRACT OFF

/* Bits from 64 bytes of 0 or 1: the product moves the lowest bit of each of eight bytes into its highest byte. */
static __attribute__((noinline)) uint64_t word_of(const uint8_t flags[64]) {
    uint64_t word = 0;
    for (size_t i = 0; i < 8; i++)
        word |= (load_u64(flags + 8 * i) * 0x0102040810204080u >> 56) << 8 * i;
    return word;
}

static void finish_bits(const struct conv_args *g, uint64_t *bits, const int32_t *sums) {
    for (size_t o = 0; o < g->shape.n; o += 64) {
        size_t count = g->shape.n - o < 64 ? g->shape.n - o : 64;
        uint8_t flags[64] = {0};
        for (size_t i = 0; i < count; i++)
            flags[i] = sums[o + i] < g->threshold[o + i];
        uint64_t used = count < 64 ? ((uint64_t)1 << count) - 1 : ~(uint64_t)0;
        bits[o / 64] = word_of(flags) ^ (g->flip[o / 64] & used);
    }
}

static void finish_signs(uint64_t *bits, const float *y, size_t n) {
    for (size_t o = 0; o < n; o += 64) {
        size_t count = n - o < 64 ? n - o : 64;
        uint8_t flags[64] = {0};
        for (size_t i = 0; i < count; i++)
            flags[i] = y[o + i] < 0;
        bits[o / 64] = word_of(flags);
    }
}

/* Elements do not depend on each other: y may be where the shortcut is. */
#define EACH _Pragma("clang loop vectorize(assume_safety)")

static void finish_floats(const struct conv_args *g, float *y, const int32_t *sums, const float *shortcut) {
    const float *scale = g->scale, *bias = g->bias;
    size_t n = g->shape.n;
    if (shortcut)
        EACH for (size_t o = 0; o < n; o++)
            y[o] = (float)sums[o] * scale[o] + bias[o] + shortcut[o];
    else
        EACH for (size_t o = 0; o < n; o++)
            y[o] = (float)sums[o] * scale[o] + bias[o];
}

static void conv_finish(const struct conv_args *g, size_t pixel, const int32_t *sums) {
    void *out = (uint8_t *)g->out + pixel * g->out_stride;
    uint64_t *bits = (uint64_t *)((uint8_t *)g->bits + pixel * g->bits_stride);
    if (g->epilogue == EPILOGUE_SUMS) {
        memcpy(out, sums, 4 * g->shape.n);
    } else if (g->epilogue == EPILOGUE_BITS) {
        finish_bits(g, bits, sums);
    } else {
        const float *shortcut = NULL;
        if (g->shortcut)
            shortcut = (const float *)((const uint8_t *)g->shortcut + pixel * g->shortcut_stride);
        finish_floats(g, out, sums, shortcut);
        if (g->epilogue == EPILOGUE_FLOAT_BITS)
            finish_signs(bits, out, g->shape.n);
    }
}
#endif
