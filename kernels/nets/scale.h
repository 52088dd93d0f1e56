/* Batch norm, shortcut and saturation of a block of sums, where 32 bits suffice (struct layer, narrow). The body is
 * plain C; each scale__<isa>.c that includes it lets the compiler use its own vectors. */
#ifndef NETS_SCALE_H
#define NETS_SCALE_H
#include "state.h"

static inline int16_t saturate(int32_t v) {
    return (int16_t)(v < INT16_MIN ? INT16_MIN : v > INT16_MAX ? INT16_MAX : v);
}

static inline void scale_block(const struct layer *l, const int32_t *restrict sums, const int16_t *restrict shortcut,
                               int16_t *restrict out, size_t rows) {
    const int32_t *restrict by = l->multiplier, *restrict bias = l->bias;
    uint32_t shift = l->plan.shift, channels = l->out.c;
    int32_t half = (int32_t)1 << (shift - 1), tail = l->tail;
    for (size_t row = 0; row < rows; row++, sums += channels, out += channels) {
        if (!shortcut) {
            for (uint32_t o = 0; o < channels; o++)
                out[o] = saturate((((sums[o] - tail) * by[o] + half) >> shift) + bias[o]);
            continue;
        }
        for (uint32_t o = 0; o < channels; o++)
            out[o] = saturate((((sums[o] - tail) * by[o] + half) >> shift) + bias[o] + shortcut[o]);
        shortcut += channels;
    }
}

#define SCALE(isa) \
    void scale__##isa(const struct layer *l, const int32_t *sums, const int16_t *shortcut, int16_t *out, \
                      size_t rows) { \
        scale_block(l, sums, shortcut, out, rows); \
    }
#endif
