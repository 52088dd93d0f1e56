/* What becomes of a block of sums, in plain C: the compiler makes vectors of it, of the file's instruction set. */
#ifndef INT8_CONV_EPILOGUE_H
#define INT8_CONV_EPILOGUE_H
#include "../include/conv.h"
#include <string.h>

/* Every operation is rounded by itself. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

struct conv_sums {
    uint8_t *at;
    size_t stride, first, count; /* pixels of the output */
};

/* The sums lie where the floats go. */
static inline void epilogue_floats(uint8_t *row, const struct conv_args *g, const float *shortcut) {
    const float *scale = g->scale, *bias = g->bias;
    for (size_t o = 0; o < g->shape.n; o++) {
        int32_t sum;
        memcpy(&sum, row + 4 * o, 4);
        float y = (float)sum;
        y = y * scale[o];
        y = y + bias[o];
        if (shortcut)
            y = y + shortcut[o];
        memcpy(row + 4 * o, &y, 4);
    }
}

static inline void epilogue_signs(uint64_t *bits, const uint8_t *row, size_t n) {
    for (size_t first = 0; first < n; first += 64) {
        uint64_t word = 0;
        for (size_t o = first; o < n && o < first + 64; o++) {
            float y;
            memcpy(&y, row + 4 * o, 4);
            word |= (uint64_t)(y < 0) << (o - first);
        }
        bits[first / 64] = word;
    }
}

static inline void epilogue_thresholds(uint64_t *bits, const uint8_t *row, const struct conv_args *g) {
    size_t n = g->shape.n;
    for (size_t first = 0; first < n; first += 64) {
        uint64_t word = 0;
        for (size_t o = first; o < n && o < first + 64; o++) {
            int32_t sum;
            memcpy(&sum, row + 4 * o, 4);
            word |= (uint64_t)(sum < g->threshold[o]) << (o - first);
        }
        /* what lies above n in flip is nobody's promise */
        bits[first / 64] = word ^ (g->flip[first / 64] & (n - first < 64 ? ((uint64_t)1 << (n - first)) - 1 : ~0ull));
    }
}

static inline void conv_epilogue(const struct conv_args *g, const struct conv_sums *sums) {
    if (g->epilogue == EPILOGUE_SUMS)
        return;
    for (size_t i = 0; i < sums->count; i++) {
        size_t pixel = sums->first + i;
        uint8_t *row = sums->at + i * sums->stride;
        uint64_t *bits = NULL;
        if (g->bits)
            bits = (uint64_t *)((uint8_t *)g->bits + pixel * g->bits_stride);
        if (g->epilogue == EPILOGUE_BITS) {
            epilogue_thresholds(bits, row, g);
            continue;
        }
        const float *shortcut = NULL;
        if (g->shortcut)
            shortcut = (const float *)((const uint8_t *)g->shortcut + pixel * g->shortcut_stride);
        epilogue_floats(row, g, shortcut);
        if (g->epilogue == EPILOGUE_FLOAT_BITS)
            epilogue_signs(bits, row, g->shape.n);
    }
}
#endif
