/* What becomes of the sums of a pixel, in plain C: the compiler makes vectors of it, of the file's instruction set. */
#ifndef INT8_CONV_EPILOGUE_H
#define INT8_CONV_EPILOGUE_H
#include "../include/conv.h"
#include <string.h>

/* Every operation is rounded by itself. */
#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#endif

/* Functions of their own, as `restrict` is a promise of a function's parameters only. */
#define EPILOGUE_PART static __attribute__((noinline)) void

/* The sums lie where the floats go. */
EPILOGUE_PART epilogue_floats(uint8_t *restrict row, const float *restrict scale, const float *restrict bias,
                              size_t n) {
    for (size_t o = 0; o < n; o++) {
        int32_t sum;
        memcpy(&sum, row + 4 * o, 4);
        float y = (float)sum;
        y = y * scale[o];
        y = y + bias[o];
        memcpy(row + 4 * o, &y, 4);
    }
}

EPILOGUE_PART epilogue_shortcut(uint8_t *restrict row, const float *restrict shortcut, size_t n) {
    for (size_t o = 0; o < n; o++) {
        float y;
        memcpy(&y, row + 4 * o, 4);
        y = y + shortcut[o];
        memcpy(row + 4 * o, &y, 4);
    }
}

/* 64 bytes of 0 or 1 as the bits of a word. The product moves byte i of eight to bit 56 + i, and nothing else there. */
static __attribute__((noinline)) uint64_t bits_of_flags(const uint8_t *flags) {
    uint64_t word = 0;
    for (size_t i = 0; i < 8; i++) {
        uint64_t eight = 0;
        for (size_t j = 0; j < 8; j++)
            eight |= (uint64_t)flags[8 * i + j] << 8 * j;
        word |= (eight * 0x0102040810204080u >> 56) << 8 * i;
    }
    return word;
}

static inline uint64_t word_mask(size_t bits) { return bits < 64 ? ((uint64_t)1 << bits) - 1 : ~(uint64_t)0; }

EPILOGUE_PART epilogue_signs(uint64_t *restrict bits, const uint8_t *restrict row, size_t n) {
    uint8_t flags[64] = {0};
    for (size_t first = 0; first < n; first += 64) {
        size_t count = n - first < 64 ? n - first : 64;
        for (size_t i = 0; i < count; i++) {
            float y;
            memcpy(&y, row + 4 * (first + i), 4);
            flags[i] = y < 0;
        }
        bits[first / 64] = bits_of_flags(flags) & word_mask(count);
    }
}

/* What lies above n in flip is nobody's promise. */
EPILOGUE_PART epilogue_thresholds(uint64_t *restrict bits, const uint8_t *restrict row,
                                  const int32_t *restrict threshold, const uint64_t *restrict flip, size_t n) {
    uint8_t flags[64] = {0};
    for (size_t first = 0; first < n; first += 64) {
        size_t count = n - first < 64 ? n - first : 64;
        for (size_t i = 0; i < count; i++) {
            int32_t sum;
            memcpy(&sum, row + 4 * (first + i), 4);
            flags[i] = sum < threshold[first + i];
        }
        bits[first / 64] = (bits_of_flags(flags) ^ flip[first / 64]) & word_mask(count);
    }
}

static void epilogue_pixel(const struct conv_args *g, uint8_t *row, size_t pixel) {
    size_t n = g->shape.n;
    uint64_t *bits = NULL;
    if (g->epilogue == EPILOGUE_BITS || g->epilogue == EPILOGUE_FLOAT_BITS)
        bits = (uint64_t *)((uint8_t *)g->bits + pixel * g->bits_stride);
    if (g->epilogue == EPILOGUE_BITS) {
        epilogue_thresholds(bits, row, g->threshold, g->flip, n);
        return;
    }
    epilogue_floats(row, g->scale, g->bias, n);
    if (g->shortcut)
        epilogue_shortcut(row, (const float *)((const uint8_t *)g->shortcut + pixel * g->shortcut_stride), n);
    if (bits)
        epilogue_signs(bits, row, n);
}
#endif
